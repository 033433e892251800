import { X509Certificate } from 'node:crypto';
import type { Logger } from './logger.js';

/** Whoever renews certificates does so after two thirds of their life; with a tenth left, nobody has. */
const lastPart = 0.1;

/** When the first certificate of a PEM text ends, milliseconds since 1970. */
export function certificateEndMs(pem: string | Buffer): number {
  return Date.parse(new X509Certificate(pem).validTo);
}

/** Warns once for each certificate that it is shown in the last tenth of its life, or after its end. */
export function createEndWarning(
  logger: Pick<Logger, 'warn'>,
  nowMs: () => number = Date.now,
): (pem: string | Buffer) => void {
  let warnedOf: string | undefined;
  return (pem) => {
    const certificate = new X509Certificate(pem);
    const [beganMs, endMs] = [certificate.validFrom, certificate.validTo].map((date) => Date.parse(date));
    if (beganMs === undefined || endMs === undefined || endMs - nowMs() > lastPart * (endMs - beganMs)) {
      return;
    }
    const text = pem.toString();
    if (text !== warnedOf) {
      warnedOf = text;
      const certificateNotAfter = new Date(endMs).toISOString();
      logger.warn('the certificate ends soon, or has ended: renew it', { certificateNotAfter });
    }
  };
}
