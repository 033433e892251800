import { Agent } from 'node:https';
import { parentPort, workerData } from 'node:worker_threads';
import { call } from './start-test-webhook.js';

/** What the thread is asked for: the same body, one POST after the other over one kept connection. */
export interface PostsOverTls {
  readonly address: string;
  readonly caCertificate: string;
  readonly body: string;
  readonly times: number;
}

// In a thread of its own, because a caller within the server's event loop never sends while the server works. Posts back
// the HTTP status of each answer, or the code of the error in its place.
if (parentPort !== null) {
  const { address, caCertificate, body, times }: PostsOverTls = workerData;
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: caCertificate, servername: 'localhost' });
  const ends: (number | string | undefined)[] = [];
  for (let at = 0; at < times; at += 1) {
    ends.push(
      await call({ address }, agent, 'POST', '/convert', body).then(
        ({ httpStatus }) => httpStatus,
        ({ code }: NodeJS.ErrnoException) => code,
      ),
    );
  }
  agent.destroy();
  parentPort.postMessage(ends);
}
