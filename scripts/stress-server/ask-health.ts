import { connect } from 'node:http2';
import { parentPort, workerData } from 'node:worker_threads';

// Asks grpc.health.v1 over and over, in a thread of its own: the one that sends the load is busy. "read" is answered by
// the number of questions since the last time and the milliseconds of the slowest.

let asked = 0;
let slowestMs = 0;
parentPort?.on('message', () => {
  parentPort?.postMessage({ asked, slowestMs });
  asked = 0;
  slowestMs = 0;
});
const session = connect(`http://${workerData}`);
for (;;) {
  const beganMs = performance.now();
  await ask();
  asked += 1;
  slowestMs = Math.max(slowestMs, performance.now() - beganMs);
  await new Promise((resolve) => setTimeout(resolve, 5));
}

function ask(): Promise<void> {
  const stream = session.request(
    {
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    },
    { endStream: false },
  );
  // An empty HealthCheckRequest, framed.
  stream.end(Buffer.alloc(5));
  return new Promise((resolve) => stream.on('close', resolve).resume());
}
