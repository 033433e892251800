import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { openConnection } from './connection.js';
import { forMs, postSucceeded } from './run-load.js';
import { bodySizes, distinctTasks } from './task-bodies.js';

/** What this thread is asked for: one small request after the other for so long. It posts back their milliseconds. */
export interface SmallRequests {
  readonly address: string;
  readonly durationMs: number;
}

const betweenMs = 5;
/** So that no other thread names its tasks alike. */
const uid = `small-${process.pid}-${threadId}`;

if (parentPort !== null) {
  const { address, durationMs }: SmallRequests = workerData;
  const connection = await openConnection(address);
  const bodies = distinctTasks(bodySizes['2 KB'], 1, uid);
  const latencies: number[] = [];
  for (const goesOn = forMs(durationMs); goesOn(); ) {
    latencies.push(await postSucceeded(connection, bodies.next(0)));
    await delay(betweenMs);
  }
  connection.close();
  parentPort.postMessage(latencies);
}
