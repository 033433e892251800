import { type ClientHttp2Session, type ClientHttp2Stream, connect, type Settings } from 'node:http2';
import type { TestContext } from 'node:test';
import type { ExecuteRequest } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { driverServiceOf, loadContract } from '../../src/contract/service-definition.js';

const { path, requestSerialize } = driverServiceOf(loadContract()).service.Execute;

/** A call of Execute whose bytes the test writes itself. */
export interface RawCall {
  readonly stream: ClientHttp2Stream;
  /** Resolves with grpc-status when the call has ended. */
  readonly status: Promise<number>;
}

/** An HTTP/2 connection that is no gRPC client: it may stop in the middle, or send what none would. */
export function connectRaw(t: TestContext, address: string, settings: Settings = {}) {
  const session: ClientHttp2Session = connect(`http://${address}`, { settings });
  session.on('error', () => {});
  t.after(() => session.destroy());
  const open = (headers: Record<string, string> = {}): RawCall => {
    const common = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request({ ...common, ...headers }, { endStream: false });
    const status = new Promise<number>((resolve) => {
      const read = (trailers: Record<string, unknown>) => {
        if (trailers['grpc-status'] !== undefined) {
          resolve(Number(trailers['grpc-status']));
        }
      };
      stream
        .on('response', read)
        .on('trailers', read)
        .on('error', () => {});
      stream.resume();
    });
    return { stream, status };
  };
  return { session, open };
}

/** A message as gRPC frames it; `compressed` as its first byte says. */
export function frame(message: Uint8Array, compressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

export function serialize(request: ExecuteRequest): Buffer {
  return requestSerialize(request);
}
