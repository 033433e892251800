import type { ValuesEntry } from './read-values.js';

/** The values as a table of Markdown, in their own order. */
export function valuesTable(entries: readonly ValuesEntry[]): string {
  return ['| Value | Default | Meaning |', '|---|---|---|', ...rows(entries, '')].join('\n');
}

function rows(entries: readonly ValuesEntry[], path: string): string[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'group') {
      return rows(entry.entries, `${path}${entry.key}.`);
    }
    const words = entry.words === undefined ? '' : ` One of ${entry.words.map(code).join(', ')}.`;
    return [
      `| \`${path}${entry.key}\` | ${code(entry.fallback)} | ${escapeCell(entry.description)}${escapeCell(words)} |`,
    ];
  });
}

function code(value: unknown): string {
  return value === '' ? '""' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<');
}
