import type { Server } from 'node:net';

/** The line that a floor writes when it listens: the same as that of this project's programs. */
export function sayListening(scheme: 'http://' | '', server: Pick<Server, 'address'>): void {
  const bound = server.address();
  const port = typeof bound === 'object' ? bound?.port : undefined;
  process.stdout.write(
    `${JSON.stringify({ message: 'listening', address: `${scheme}127.0.0.1:${port}` })}\n`,
  );
}
