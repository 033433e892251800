import { type Connection, openConnection } from './connection.js';
import type { TaskBodies } from './task-bodies.js';

export interface Load {
  readonly address: string;
  /** How many, opened for this load: a server closes those that wait for long, Node.js after 5 s. */
  readonly connections: number;
  readonly bodies: TaskBodies;
  /** Asked before each request with the number of those begun. */
  readonly goesOn: (begun: number) => boolean;
}

export interface LoadResult {
  readonly requests: number;
  readonly elapsedMs: number;
  /** Of each request, in the order of their ends. */
  readonly latenciesMs: readonly number[];
}

export function forMs(durationMs: number): () => boolean {
  const endMs = performance.now() + durationMs;
  return () => performance.now() < endMs;
}

/** A closed loop: each connection sends its next task when it has the answer to the last one. Throws for a bad answer. */
export async function runLoad({ address, connections, bodies, goesOn }: Load): Promise<LoadResult> {
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(address)));
  const latenciesMs: number[] = [];
  let begun = 0;
  const beganMs = performance.now();
  const work = async (connection: Connection, at: number) => {
    while (goesOn(begun)) {
      begun += 1;
      latenciesMs.push(await postSucceeded(connection, bodies.next(at)));
    }
  };
  await Promise.all(opened.map(work)).finally(() => opened.map((connection) => connection.close()));
  return { requests: latenciesMs.length, elapsedMs: performance.now() - beganMs, latenciesMs };
}

/** Milliseconds of one POST that was answered with a success. */
export async function postSucceeded(connection: Connection, body: Buffer): Promise<number> {
  const beganMs = performance.now();
  const answer = await connection.post(body);
  const elapsedMs = performance.now() - beganMs;
  if (answer.httpStatus !== 200 || !answer.body.includes('"Succeeded"')) {
    const text = answer.body.toString('utf8', 0, 300);
    throw new Error(`a task did not succeed, so that its time means nothing: ${answer.httpStatus} ${text}`);
  }
  return elapsedMs;
}
