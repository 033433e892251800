import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TargetName } from './fuzz-input.js';
import type { FromSubject, Measure, ToSubject } from './subjects/subject.js';
import { withinMs } from './within-ms.js';

/** The process of a subject. */
export interface Child {
  readonly address: string;
  /** Undefined once it has ended, or does not answer within `timeoutMs`. */
  measure(collectGarbage: boolean, timeoutMs: number): Promise<Measure | undefined>;
  /** How it ended by itself; undefined while it lives. */
  ended(): string | undefined;
  stop(): void;
}

const main = fileURLToPath(new URL('./subjects/main.js', import.meta.url));
const keptStderr = 4_000;

/** Starts what is tested in a process of its own, and waits until it listens. */
export async function startChild(target: TargetName): Promise<Child> {
  const child = fork(main, [target], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let stderr = '';
  let end: string | undefined;
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = `${stderr}${chunk}`.slice(-keptStderr);
  });
  child.once('exit', (code, signal) => {
    end = `the process ended with ${signal ?? `exit code ${code}`}: ${stderr}`;
  });
  let hear: (message: FromSubject | undefined) => void = () => {};
  child.on('message', (message: FromSubject) => hear(message));
  child.once('close', () => hear(undefined));
  const next = () =>
    new Promise<FromSubject | undefined>((resolve) => {
      hear = resolve;
    });
  const first = await next();
  if (first === undefined || !('address' in first)) {
    throw new Error(`${target} does not start: ${end ?? stderr}`);
  }
  return {
    address: first.address,
    measure: async (collectGarbage, timeoutMs) => {
      if (end !== undefined) {
        return undefined;
      }
      const answered = next();
      const question: ToSubject = { collectGarbage };
      child.send(question, () => {});
      const answer = await withinMs(timeoutMs, answered);
      return answer !== undefined && 'measure' in answer ? answer.measure : undefined;
    },
    ended: () => end,
    stop: () => void child.kill('SIGKILL'),
  };
}
