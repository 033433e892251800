import { once } from 'node:events';
import { connect } from 'node:http2';
import { StatusError } from '../../contract/status-error.js';
import type { Way } from './connect-tcp.js';
import type { Trust } from './shake-hands.js';

/**
 * Waits for HTTP/2's first frame. A peer that never sends it would keep grpc-js, and so this process, waiting for ever
 * (https://github.com/grpc/grpc-node/issues/2785). Rejects with UNAVAILABLE and one sentence.
 */
export async function greetHttp2(
  { host, port }: Way,
  trust: Trust | undefined,
  timeoutMs: number,
): Promise<void> {
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const session =
    trust === undefined ? connect(`http://${authority}`) : connect(`https://${authority}`, tlsOptions(trust));
  const closed = once(session, 'close').then(() => {
    throw new Error('the connection was closed');
  });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    await Promise.race([once(session, 'remoteSettings', { signal }), closed]);
  } catch (cause) {
    throw new StatusError(
      'UNAVAILABLE',
      `the driver server at ${authority} accepts connections and does not speak gRPC on them: does one side want TLS, or a client certificate?`,
      { cause },
    );
  } finally {
    session.destroy();
  }
}

function tlsOptions({ certificateName, ca, certificate, key }: Trust) {
  return {
    servername: certificateName,
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(key !== undefined && { key }),
  };
}
