import { once } from 'node:events';
import { connect, type PeerCertificate } from 'node:tls';
import { errorText } from '../../common/error-text.js';
import { StatusError } from '../../contract/status-error.js';
import type { EnvironmentValue } from '../cluster/environment.js';
import type { Way } from './connect-tcp.js';

/** What the sidecar trusts and shows, PEM texts. */
export interface Trust {
  readonly certificateName: string;
  readonly ca: string | undefined;
  /** Where the CA comes from, for a sentence. */
  readonly caSource: EnvironmentValue | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

const notOfCa = [
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
];

/** TLS as the sidecar does it. Resolves to the server's certificate; rejects with a StatusError of one sentence. */
export async function shakeHands(way: Way, trust: Trust, timeoutMs: number): Promise<PeerCertificate> {
  const signal = AbortSignal.timeout(timeoutMs);
  const { certificateName, ca, certificate, key } = trust;
  const where = `${way.host}:${way.port}`;
  let socket: ReturnType<typeof connect>;
  try {
    socket = connect({
      host: way.host,
      port: way.port,
      servername: certificateName,
      ALPNProtocols: ['h2'],
      ...(ca !== undefined && { ca }),
      ...(certificate !== undefined && { cert: certificate }),
      ...(key !== undefined && { key }),
    });
  } catch {
    throw new StatusError(
      'FAILED_PRECONDITION',
      'the CA, certificate or key that the sidecar gets is not usable PEM',
    );
  }
  try {
    await once(socket, 'secureConnect', { signal });
    return socket.getPeerCertificate();
  } catch (error) {
    const cause = signal.aborted ? `no handshake within ${timeoutMs / 1000} s` : causeOf(error, trust);
    throw new StatusError('UNAVAILABLE', `TLS with the driver server at ${where} fails: ${cause}`);
  } finally {
    socket.destroy();
  }
}

function causeOf(error: unknown, { certificateName, caSource }: Trust): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (notOfCa.includes(code)) {
    const ca =
      caSource?.kind === 'key'
        ? `the CA in ${caSource.of} ${caSource.name} (${caSource.key})`
        : "the system's CAs";
    return `its certificate is not signed by ${ca}`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is not for ${certificateName}`;
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return 'its certificate has expired';
  }
  return /^(EPROTO|ECONNRESET|ERR_SSL_\w+)$/.test(code)
    ? `it does not speak TLS (${code})`
    : errorText(error);
}
