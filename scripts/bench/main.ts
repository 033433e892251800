import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printExit, readCommand } from '../../src/common/command-line.js';
import { exitCodes } from '../../src/common/exit-codes.js';
import { type BenchOptions, describeBench, roundsOf } from './bench-options.js';
import { type BenchDocument, type Row, toRows } from './report/document.js';
import { writeTable } from './report/page.js';
import { toText } from './report/tables.js';
import { runScenario } from './run-scenario.js';
import { scenarios } from './scenarios.js';

// Each program that was started listens to "exit".
process.setMaxListeners(0);
// So that "exit" comes, which ends what was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(130));
}
const command = readCommand(describeBench(scenarios), process.argv.slice(2), process.env);
if (command.kind === 'exit') {
  process.exitCode = printExit(command);
} else {
  await run(command.options);
}

async function run(options: BenchOptions): Promise<void> {
  const { quick: isQuick, json, python, markdown } = options;
  // Standard output belongs to the one JSON document.
  const say = (text: string) => (json ? process.stderr : process.stdout).write(text);
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  if (isQuick) {
    say('quick: fewer rounds, sizes and tasks than the figures in docs/performance.md\n');
  }
  const all: Row[] = [];
  for (const scenario of options.scenarios) {
    const { name, purpose, floor } = scenario;
    const rounds = scenario.rounds(roundsOf(options));
    say(`\n${name}: ${purpose}; ${rounds} ${rounds === 1 ? 'round' : 'rounds'}\n`);
    const { samples, skipped, fault } = await runScenario(scenario, rounds, { folder, isQuick, python });
    if (fault !== undefined) {
      // The figures of the other scenarios are good all the same.
      process.stderr.write(`bench: ${name} failed: ${fault}\n`);
      process.exitCode = exitCodes.failed;
      continue;
    }
    const rows = toRows(name, samples);
    all.push(...rows);
    say(toText(rows, floor));
    say(skipped.map((line) => `  skipped: ${line}\n`).join(''));
    if (markdown !== undefined) {
      const page = readFileSync(markdown, 'utf8');
      writeFileSync(
        markdown,
        writeTable(page, { name, floor, rounds, args: argsOf(name, options) }, rows, skipped),
      );
    }
  }
  if (json) {
    const document: BenchDocument = { node: process.version, rows: all };
    process.stdout.write(`${JSON.stringify(document)}\n`);
  }
}

function argsOf(name: string, { rounds, quick }: BenchOptions): string {
  const words = ['--scenario', name, ...(quick ? ['--quick'] : [])];
  return (rounds === undefined ? words : [...words, '--rounds', `${rounds}`]).join(' ');
}
