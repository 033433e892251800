import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type NotSucceeded, notSucceeded, type Succeeded } from '../argo/reply.js';
import { toFinalAnswer } from '../bridge/final-answer.js';
import { Progress } from '../bridge/progress.js';
import { printExit, readCommand } from '../common/command-line.js';
import { errorText } from '../common/error-text.js';
import { exitCodes } from '../common/exit-codes.js';
import { describeCommand } from './command-names.js';
import {
  checkExecuteOptions,
  type ExecuteOptions,
  executeOptions,
  workflowOf,
} from './execute/execute-options.js';
import { openDriver } from './execute/open-driver.js';
import { readTask, type Task } from './execute/read-task.js';

const program = {
  ...describeCommand('execute'),
  example: 'driver-plugin execute --driver localhost:9000 template.json',
  operands: 'FILE',
  options: executeOptions,
  checkOptions: checkExecuteOptions,
};

type Reply = Succeeded | NotSucceeded;

/**
 * Drives one task for good: KFP gets an execution of it. The exit code is 0 if the node Succeeded, 1 if it did not.
 */
export async function run(args: readonly string[]): Promise<number> {
  const command = readCommand(program, args, process.env);
  if (command.kind === 'exit') {
    return printExit(command);
  }
  const { options, operands } = command;
  const [file = '-'] = operands;
  try {
    const body = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
    const task = readTask(body, workflowOf(options));
    const reply =
      'faults' in task
        ? notSucceeded('Failed', `driver-plugin refused ${file}: ${task.faults.join('; ')}`)
        : await execute(task, options);
    process.stdout.write(options.json ? `${JSON.stringify(reply)}\n` : describe(reply));
    return reply.node.phase === 'Succeeded' ? exitCodes.ok : exitCodes.failed;
  } catch (error) {
    process.stderr.write(`${program.name}: ${errorText(error)}\n`);
    return exitCodes.failed;
  }
}

async function execute({ template, request, requestId }: Task, options: ExecuteOptions): Promise<Reply> {
  const driver = openDriver(options);
  const request_id = options.requestId ?? requestId ?? `execute-${randomUUID()}`;
  try {
    const result = await driver.execute({ ...request.message, request_id }, options.timeoutMs).ended;
    const ended = result.kind === 'answered' ? result : ({ ...result, kind: 'refused' } as const);
    const limits = { maxOutputBytes: Infinity, progress: new Progress(0, false), nowMs: 0 };
    const { json } = toFinalAnswer(template.declaredOutputs, request, ended, limits);
    return JSON.parse(json.toString());
  } finally {
    driver.close();
  }
}

function describe({ node }: Reply): string {
  const parameters = 'outputs' in node ? node.outputs.parameters : [];
  const width = Math.max(0, ...parameters.map(({ name }) => name.length));
  const lines = parameters.map(
    ({ name, value }) => `  ${name.padEnd(width)}  ${value === '' ? '""' : value}`,
  );
  return [`${node.phase}: ${node.message}`, ...lines, ''].join('\n');
}
