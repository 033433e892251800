import type { Server } from 'node:http';
import type { Clock } from '../common/clock.js';

/** How often the end of draining is looked for. */
const lookEveryMs = 50;

/**
 * Waits until nothing is in flight and Argo's agent holds no connection open, at the longest `graceMs`. The server
 * listens all the while: agents of Argo 3.7 and older go on calling after their own SIGTERM, and would publish a
 * refused connection as a Failed node. An agent that has ended has closed its connections.
 */
export function drain(
  server: Server,
  callsInFlight: () => number,
  { graceMs, clock }: { readonly graceMs: number; readonly clock: Clock },
): Promise<void> {
  const endMs = clock.nowMs() + graceMs;
  return new Promise((resolve) => {
    const look = () => {
      server.getConnections((_error, connections) => {
        const idle = callsInFlight() === 0 && connections === 0;
        if (idle || clock.nowMs() >= endMs) {
          resolve();
        } else {
          clock.after(lookEveryMs, look);
        }
      });
    };
    look();
  });
}
