import { once } from 'node:events';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is asked for: to send each text over a connection of its own, when it is told to. */
export interface SentAtOnce {
  readonly port: number;
  readonly texts: readonly string[];
  /** 1 once the system has all of them. */
  readonly written: Int32Array;
}

// In a thread of its own, so that all of it has come before a blocked event loop looks at any of it. Posts back when it is connected.
if (parentPort !== null) {
  const { port, texts, written }: SentAtOnce = workerData;
  const sockets = texts.map(() => connect(port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  parentPort.once('message', async () => {
    await Promise.all(
      sockets.map((socket, at) => new Promise((resolve) => socket.write(texts[at] ?? '', resolve))),
    );
    Atomics.store(written, 0, 1);
    Atomics.notify(written, 0);
  });
  parentPort.postMessage('connected');
}
