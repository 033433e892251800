// Calls ML Metadata as KFP's drivers do: the methods of metadata_store.proto, one promise each. Over node:http2, because
// a driver is a process of its own each time, and grpc-js takes longer to load than all the rest of it.
import { connect } from 'node:http2';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

/** What a caller says of itself, so that a test can tell the driver's calls from the server's. */
const callerHeader = 'x-caller';
const prefixBytes = 5;

/** The status of a call that failed: `code` is gRPC's number. */
class CallError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
const unavailable = 14;

/** `call(method, request)` rejects with an error that has gRPC's `code`. */
export function connectMetadataStore(address, caller) {
  const proto = fileURLToPath(new URL('metadata_store.proto', import.meta.url));
  const service = new protobuf.Root()
    .loadSync(proto, { keepCase: true })
    .resolveAll()
    .lookupService('ml_metadata.MetadataStoreService');
  const session = connect(`http://${address}`);
  session.on('error', () => {});
  const call = async (method, request) => {
    const { resolvedRequestType, resolvedResponseType } = service.methods[method];
    const message = resolvedRequestType.encode(resolvedRequestType.fromObject(request)).finish();
    const bytes = await exchange(session, method, caller, message);
    return resolvedResponseType.toObject(resolvedResponseType.decode(bytes), {
      longs: String,
      enums: String,
    });
  };
  return { call, close: () => session.close() };
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, for one message each way. */
function exchange(session, method, caller, message) {
  return new Promise((resolve, reject) => {
    const lost = (error) => reject(new CallError(unavailable, error?.message ?? 'the connection broke'));
    if (session.destroyed || session.closed) {
      return lost();
    }
    const stream = session.request({
      ':method': 'POST',
      ':path': `/ml_metadata.MetadataStoreService/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      [callerHeader]: caller,
    });
    const chunks = [];
    let ended = {};
    const take = (headers) => {
      ended = { ...ended, ...headers };
    };
    stream.on('response', take).on('trailers', take).on('error', lost);
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('close', () => {
      const code = Number(ended['grpc-status'] ?? unavailable);
      return code === 0
        ? resolve(Buffer.concat(chunks).subarray(prefixBytes))
        : reject(new CallError(code, String(ended['grpc-message'] ?? '')));
    });
    const prefix = Buffer.alloc(prefixBytes);
    prefix.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([prefix, message]));
  });
}
