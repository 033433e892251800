import { printExit, readCommand } from '../common/command-line.js';
import { exitCodes } from '../common/exit-codes.js';
import { doctorOptions } from '../doctor/doctor-options.js';
import { examine } from '../doctor/examine.js';
import { toJson } from '../doctor/report/to-json.js';
import { toTable } from '../doctor/report/to-table.js';
import { countOutcomes } from '../doctor/run-checks.js';
import { describeCommand } from './command-names.js';

const program = {
  ...describeCommand('doctor'),
  example: 'driver-plugin doctor --namespace kubeflow',
  notes: [
    'It changes nothing. In the table:',
    '✓ is well, ! a warning, ✗ an error, - was not looked at.',
    'Exit codes: 0 nothing is wrong, 1 something is, 2 bad usage.',
  ],
  options: doctorOptions,
};

/** Resolves with 1 where something is wrong. */
export async function run(args: readonly string[]): Promise<number> {
  const command = readCommand(program, args, process.env);
  if (command.kind === 'exit') {
    return printExit(command);
  }
  const { json, failOn } = command.options;
  const { findings, scope } = await examine(command.options);
  process.stdout.write(json ? toJson(findings, scope) : toTable(findings, scope));
  const { error, warning } = countOutcomes(findings);
  return error > 0 || (failOn === 'warning' && warning > 0) ? exitCodes.failed : exitCodes.ok;
}
