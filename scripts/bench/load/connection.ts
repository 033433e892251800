import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly httpStatus: number;
  readonly body: Buffer;
}

/** One kept HTTP/1.1 connection for one request at a time. */
export interface Connection {
  post(body: Buffer): Promise<Answer>;
  close(): void;
}

const headEnd = '\r\n\r\n';

/**
 * Opens a connection that costs its own process as little as it can, because load and subject share the machine's CPUs:
 * a socket, and answers with a Content-Length and nothing else.
 */
export async function openConnection(address: string): Promise<Connection> {
  const { hostname, port, host } = new URL(address);
  const socket = await connected(Number(port), hostname);
  let received = Buffer.alloc(0);
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  const fail = (error: Error) => waiting?.reject(error);
  socket.on('error', fail).on('close', () => fail(new Error(`${address} closed a connection`)));
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (answer instanceof Error) {
      fail(answer);
    } else if (answer !== undefined) {
      received = Buffer.alloc(0);
      waiting?.resolve(answer);
    }
  });
  const head = `POST /api/v1/template.execute HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: `;
  return {
    post: (body) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(new Error(`${address} closed a connection that waited for its next request`));
          return;
        }
        waiting = { resolve, reject };
        socket.cork();
        socket.write(`${head}${body.length}${headEnd}`);
        socket.write(body);
        socket.uncork();
      }),
    close: () => {
      waiting = undefined;
      socket.destroy();
    },
  };
}

/** The bearer token of every request. */
export const token = 'a-token-of-thirty-two-characters';

function connected(port: number, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Undefined while a part of it is missing. */
function readAnswer(received: Buffer): Answer | Error | undefined {
  const end = received.indexOf(headEnd);
  if (end < 0) {
    return undefined;
  }
  const head = received.toString('latin1', 0, end);
  const [, bytes] = /^content-length: *(\d+)/im.exec(head) ?? [];
  if (bytes === undefined) {
    return new Error(`an answer without a Content-Length: ${head}`);
  }
  const body = received.subarray(end + headEnd.length);
  return body.length < Number(bytes) ? undefined : { httpStatus: Number(head.slice(9, 12)), body };
}
