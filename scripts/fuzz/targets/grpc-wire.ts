import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { status as grpcStatus } from '@grpc/grpc-js';
import { executePath } from '../../../src/server/grpc/driver-service.js';
import type { Answer, FuzzInput, Wire } from '../fuzz-input.js';

/** A call's end, as it stands on the wire. */
export interface CallEnd {
  /** Undefined where the stream ended without one. */
  readonly status: string | undefined;
  readonly message: string;
  readonly body: Buffer;
  /** HTTP status of the response; 200 in gRPC. */
  readonly httpStatus: number | undefined;
  /** The details of the status, undecoded. */
  readonly details: string;
  /** How HTTP/2 ended the stream. */
  readonly resetCode: number;
}

const usual = { ':method': 'POST', ':path': executePath, 'content-type': 'application/grpc', te: 'trailers' };
/** Its bytes are sent, and the stream is left open. */
export const staysOpen = 'x-fuzz-stays-open';

/**
 * As grpc-js has it. With Node.js' own 10 MB a client that sends one message of 50 MB takes the server's next headers for
 * too much, and resets their streams with ENHANCE_YOUR_CALM (11).
 */
const maxSessionMemoryMb = 1_000;

/** Sends frames over one HTTP/2 connection, which is made anew where the server has ended it. */
export function connectGrpc(address: string, read: (end: CallEnd, input: FuzzInput) => Answer): Wire {
  let session: ClientHttp2Session | undefined;
  const sessionOf = () => {
    if (session === undefined || session.destroyed || session.closed) {
      session = connect(`http://${address}`, { maxSessionMemory: maxSessionMemoryMb }).on('error', () => {});
    }
    return session;
  };
  const send = async (input: FuzzInput): Promise<Answer> => {
    const { [staysOpen]: open, ...headers } = input.headers;
    const stream = sessionOf().request({ ...usual, ...headers }, { endStream: false });
    const end = await new Promise<CallEnd>((resolve) => {
      const chunks: Buffer[] = [];
      let head: Record<string, unknown> = {};
      stream
        .on('response', (headers) => {
          head = { ...head, ...headers };
        })
        .on('trailers', (headers) => {
          head = { ...head, ...headers };
        })
        // Whoever has the answer need not go on.
        .on('end', () => stream.end())
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', () => {})
        .on('close', () => resolve(toEnd(head, Buffer.concat(chunks), stream.rstCode)));
      stream.write(input.bytes);
      if (open === undefined) {
        stream.end();
      }
    });
    return read(end, input);
  };
  return { send, close: () => session?.destroy() };
}

const statusNames = new Map(Object.entries(grpcStatus).map(([name, code]) => [String(code), name]));

function toEnd(head: Record<string, unknown>, body: Buffer, resetCode = constants.NGHTTP2_NO_ERROR): CallEnd {
  const code = head['grpc-status'];
  return {
    status: code === undefined ? undefined : (statusNames.get(String(code)) ?? `status ${code}`),
    message: decode(String(head['grpc-message'] ?? '')),
    details: Buffer.from(String(head['grpc-status-details-bin'] ?? ''), 'base64').toString('latin1'),
    httpStatus: head[':status'] === undefined ? undefined : Number(head[':status']),
    body,
    resetCode,
  };
}

function decode(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return `no percent-encoding: ${message}`;
  }
}
