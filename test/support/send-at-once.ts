import { once } from 'node:events';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is asked for: to send each text over a connection of its own, when it is told to. */
export interface SentAtOnce {
  readonly port: number;
  readonly texts: readonly string[];
}

// In a thread of its own, so that all of it has come before a blocked event loop looks at any of it. Posts back when it is connected.
if (parentPort !== null) {
  const { port, texts }: SentAtOnce = workerData;
  const sockets = texts.map(() => connect(port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  parentPort.once('message', () => {
    sockets.forEach((socket, at) => {
      socket.write(texts[at] ?? '');
    });
  });
  parentPort.postMessage('connected');
}
