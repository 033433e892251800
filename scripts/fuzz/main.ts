import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printExit, readCommand } from '../../src/common/command-line.js';
import { type TargetName, targetNames, toInputFile } from './fuzz-input.js';
import { type FuzzOptions, fuzzProgram } from './fuzz-options.js';
import { runTarget } from './run-target.js';
import { describeRun, describeTarget, type Finding, refusalsOf, type TargetTally } from './tally.js';

// npm run fuzz -- --seconds 20
const options = parseOrExit(process.argv.slice(2));
// Standard output belongs to the one JSON document.
const say = (text: string) => (options.json ? process.stderr : process.stdout).write(`${text}\n`);
const tallies: TargetTally[] = [];
for (const name of options.target === 'all' ? targetNames : [options.target]) {
  const tally = await runTarget(name, { ...options, onFinding: (finding) => tellOf(name, finding) });
  say(describeTarget(tally));
  tallies.push(tally);
}
if (options.json) {
  const inputs = tallies.reduce((sum, tally) => sum + tally.inputs, 0);
  const crashes = tallies.reduce((sum, tally) => sum + tally.crashes, 0);
  const document = { seed: options.seed, inputs, refusals: refusalsOf(tallies), crashes, targets: tallies };
  process.stdout.write(`${JSON.stringify(document, leaveOutInputs)}\n`);
}
say(describeRun(tallies));

function parseOrExit(args: readonly string[]): FuzzOptions {
  const command = readCommand(fuzzProgram, args, process.env);
  return command.kind === 'run' ? command.options : process.exit(printExit(command));
}

/** With a small file, in the form of test/fuzz/corpus. */
function tellOf(target: TargetName, { why, index = 0, input, inputs = 1 }: Finding): void {
  process.exitCode = 1;
  const again = `--target ${target} --seed ${options.seed} --first ${index} --inputs ${inputs}`;
  say(`FOUND ${target} input ${index}: ${why}\n  again: npm run fuzz -- ${again}`);
  if (input !== undefined) {
    const file = join(
      mkdtempSync(join(tmpdir(), 'fuzz-finding-')),
      `${target}-${options.seed}-${index}.json`,
    );
    writeFileSync(file, `${JSON.stringify({ again, ...toInputFile(target, why, input) }, null, 2)}\n`);
    say(`  input: ${file}`);
  }
}

function leaveOutInputs(key: string, value: unknown): unknown {
  return key === 'input' ? undefined : value;
}
