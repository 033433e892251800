import { availableParallelism, cpus } from 'node:os';
import { replaceBetween } from '../../chart/replace-between.js';
import type { Row } from './document.js';
import { toMarkdown } from './tables.js';

export interface ScenarioTable {
  readonly name: string;
  readonly floor: string | undefined;
  /** How often each subject was measured. */
  readonly rounds: number;
  /** What `npm run bench --` takes to measure it again so. */
  readonly args: string;
}

/** The page with the scenario's table in place of the one that stands between its comments. */
export function writeTable(
  page: string,
  scenario: ScenarioTable,
  rows: readonly Row[],
  skipped: readonly string[],
) {
  const { name, floor, rounds, args } = scenario;
  const taken = `${new Date().toISOString().slice(0, 10)}, Node.js ${process.version}, ${machine()}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}:`;
  const text = [
    `${taken} \`npm run bench -- ${args}\``,
    '',
    toMarkdown(rows, floor),
    ...skipped.map((line) => `\nSkipped: ${line}.`),
  ].join('\n');
  return replaceBetween(page, `bench ${name}`, text);
}

function machine(): string {
  return `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'CPU'}`;
}
