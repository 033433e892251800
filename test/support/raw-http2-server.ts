import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface RawServerOptions {
  readonly settings?: Settings;
  readonly onSession?: (session: ServerHttp2Session) => void;
}

/** An HTTP/2 server that answers each stream as a test likes: a proxy, or a peer that is no gRPC server. */
export async function startRawServer(
  t: Pick<TestContext, 'after'>,
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  { settings = {}, onSession }: RawServerOptions = {},
) {
  const server = createServer({ settings });
  const sessions = new Set<ServerHttp2Session>();
  server.on('sessionError', () => {});
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
    onSession?.(session);
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    onStream(stream, headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const session of sessions) {
      session.destroy();
    }
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const grpc = { ':status': 200, 'content-type': 'application/grpc' };

/** Answers with a status alone, as gRPC servers and Envoy do. */
export function sendStatus(
  stream: ServerHttp2Stream,
  code: number,
  message: string,
  more: object = {},
): void {
  const headers = { ...grpc, 'grpc-status': String(code), 'grpc-message': encodeURI(message), ...more };
  stream.respond(headers, { endStream: true });
}

/** Answers with one message and OK. */
export function sendMessage(stream: ServerHttp2Stream, message: Buffer): void {
  stream.respond(grpc, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([frame, message]));
}

/** Sends headers, and leaves the rest to the test. */
export function sendHeaders(stream: ServerHttp2Stream): void {
  stream.respond(grpc);
}
