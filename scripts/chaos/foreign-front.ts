import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { Metadata } from '@grpc/grpc-js';
import { writeStatusDetails } from '../../src/contract/status-details.js';
import type { Dice } from './dice.js';

/** How a proxy in front of a driver server behaves, or a server that is not this project's. */
export interface ForeignTemper {
  /** Part of the calls that get an answer of its own instead of the driver's. */
  readonly probability: number;
  readonly maxConcurrentStreams: number | undefined;
  /** What it may do; too large answers are an Error for the node, which a plan without retries must not have. */
  readonly tricks: readonly Trick[];
}

export const harmlessTricks = [
  'retry info 0',
  'empty retry info',
  'envoy before',
  'envoy after',
  'goaway',
] as const;
export type Trick = (typeof harmlessTricks)[number] | 'answer too large';

export interface ForeignFront {
  readonly port: number;
  close(): Promise<void>;
}

const envoyText =
  'upstream connect error or disconnect/reset before headers. reset reason: connection termination';
/** Larger than MAX_RECEIVE_BYTES by default. */
const tooLargeBytes = 20 << 20;

/** How often a front looks whether its backend listens: no load balancer keeps a dead one for long. */
const healthCheckMs = 100;

/**
 * Starts an HTTP/2 proxy in front of a port, which forwards calls but now and then plays a trick. While nobody listens
 * on that port it takes no connections either.
 */
export async function startForeignFront(
  port: number,
  temper: ForeignTemper,
  dice: Dice,
): Promise<ForeignFront> {
  const { maxConcurrentStreams } = temper;
  const server = createServer({
    settings: maxConcurrentStreams === undefined ? {} : { maxConcurrentStreams },
  });
  const sessions = new Set<ServerHttp2Session>();
  let upstream: ClientHttp2Session | undefined;
  const toUpstream = () => {
    if (upstream === undefined || upstream.closed || upstream.destroyed) {
      upstream = connect(`http://127.0.0.1:${port}`);
      upstream.on('error', () => {});
    }
    return upstream;
  };
  const leaving = new WeakSet<object>();
  const health = watchPort(port, () => {
    for (const session of sessions) {
      session.destroy();
    }
  });
  server.on('connection', (socket: Socket) => {
    if (!health.isListening()) {
      socket.destroy();
    }
  });
  server.on('sessionError', () => {});
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const { session } = stream;
    if (session !== undefined && leaving.has(session)) {
      // Its caller was told that nothing of these is looked at; Node.js goes on to take them.
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    const [first = 'envoy before', ...more] = temper.tricks;
    const trick = dice.chance(temper.probability) ? dice.pick([first, ...more]) : undefined;
    if (trick === 'envoy before') {
      return answer(stream, 14, envoyText);
    }
    if (trick === 'retry info 0' || trick === 'empty retry info') {
      return answer(stream, 8, 'overloaded', trick === 'retry info 0' ? { retryDelayMs: 0 } : 'empty');
    }
    if (trick === 'goaway' && session !== undefined) {
      leaving.add(session);
      session.goaway(0);
    }
    forward(stream, toUpstream(), headers, trick);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      health.stop();
      upstream?.destroy();
      for (const session of sessions) {
        session.destroy();
      }
      server.close();
    },
  };
}

/** Follows whether somebody listens on a port; `onGone` is called when nobody does any more. */
function watchPort(port: number, onGone: () => void) {
  let isListening = false;
  const look = () => {
    const socket = connectTcp(port, '127.0.0.1');
    const note = (isThere: boolean) => {
      socket.destroy();
      const wasListening = isListening;
      isListening = isThere;
      if (wasListening && !isThere) {
        onGone();
      }
    };
    socket.on('connect', () => note(true)).on('error', () => note(false));
  };
  const timer = setInterval(look, healthCheckMs);
  return { isListening: () => isListening, stop: () => clearInterval(timer) };
}

/** Sends the call on, and its answer back, unless the trick keeps that from the caller. */
function forward(
  stream: ServerHttp2Stream,
  upstream: ClientHttp2Session,
  headers: Record<string, unknown>,
  trick: Trick | undefined,
): void {
  const call = upstream.request(Object.fromEntries(Object.entries(headers)) as Record<string, string>);
  call.on('error', () => {
    if (!stream.headersSent && !stream.destroyed) {
      answer(stream, 14, envoyText);
    } else {
      stream.close(2);
    }
  });
  stream.pipe(call);
  call.on('response', (response, flags) => {
    if (stream.destroyed) {
      return;
    }
    if (trick === 'envoy after') {
      answer(stream, 14, envoyText);
      return;
    }
    if (trick === 'answer too large') {
      answerTooLarge(stream);
      return;
    }
    const isEnd = (flags & 1) === 1;
    const { ':status': status = 200, ...rest } = response;
    stream.respond({ ':status': status, ...rest }, isEnd ? { endStream: true } : { waitForTrailers: true });
    if (isEnd) {
      return;
    }
    let trailers: Record<string, unknown> = {};
    call.on('trailers', (received) => {
      trailers = received;
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers as Record<string, string>));
    const chunks: Buffer[] = [];
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    call.on('end', () => {
      if (stream.destroyed) {
        return;
      }
      // A driver that was cut off in its answer has no trailers.
      if (trailers['grpc-status'] === undefined) {
        stream.close(2);
      } else {
        stream.end(Buffer.concat(chunks));
      }
    });
  });
}

function answer(
  stream: ServerHttp2Stream,
  code: number,
  message: string,
  retryInfo?: { readonly retryDelayMs: number } | 'empty',
): void {
  const metadata = new Metadata();
  if (retryInfo === 'empty') {
    metadata.set('grpc-status-details-bin', emptyRetryInfo);
  } else if (retryInfo !== undefined) {
    writeStatusDetails(metadata, 'RESOURCE_EXHAUSTED', message, retryInfo);
  }
  const details = metadata.toHttp2Headers();
  const headers = { ':status': 200, 'content-type': 'application/grpc', server: 'envoy' };
  stream.respond(
    { ...headers, 'grpc-status': String(code), 'grpc-message': encodeURI(message), ...details },
    { endStream: true },
  );
}

/** google.rpc.Status {code: 8, details: [Any {type_url: ".../google.rpc.RetryInfo"}]}, without a delay in it. */
const typeUrl = Buffer.from('type.googleapis.com/google.rpc.RetryInfo');
const emptyRetryInfo = Buffer.concat([
  Buffer.from([0x08, 8, 0x1a, typeUrl.length + 2, 0x0a, typeUrl.length]),
  typeUrl,
]);

function answerTooLarge(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(tooLargeBytes, 1);
  // The length alone is enough: the client refuses it at once.
  stream.write(frame);
}
