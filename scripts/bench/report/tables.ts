import { type Row, ratioToFloor } from './document.js';

const heads = ['metric', 'subject', 'median', 'min', 'max', '× floor'] as const;

/** Rows of one scenario for a terminal. */
export function toText(rows: readonly Row[], floor: string | undefined): string {
  const cells = [heads, ...rows.map((row) => toCells(row, rows, floor))];
  const widths = heads.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) => {
      const padded = line.map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      );
      return `  ${padded.join('  ')}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** The same as a table of Markdown. */
export function toMarkdown(rows: readonly Row[], floor: string | undefined): string {
  const lines = rows.map((row) => `| ${toCells(row, rows, floor).join(' | ')} |`);
  return [`| ${heads.join(' | ')} |`, '|---|---|---:|---:|---:|---:|', ...lines].join('\n');
}

function toCells(row: Row, rows: readonly Row[], floor: string | undefined): readonly string[] {
  const ratio = ratioToFloor(row, rows, floor);
  const { metric, subject, unit, median, min, max } = row;
  const ratioText = subject === floor ? 'floor' : ratio === undefined ? '' : ratio.toFixed(2);
  return [metric, subject, `${shorten(median)} ${unit}`, shorten(min), shorten(max), ratioText];
}

/** Three digits that count, and thousands with a comma. */
function shorten(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
