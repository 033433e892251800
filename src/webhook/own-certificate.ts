import type { Clock } from '../common/clock.js';
import { errorText } from '../common/error-text.js';
import { factsOfError, type Logger } from '../common/logger.js';
import { endOf } from './certificate-files.js';
import { type CertificateKeeperOptions, keepCertificate } from './certificate-keeper.js';
import type { KeptCertificate } from './certificate-secret.js';

/** Another replica's renewal is seen, and a configuration that lost its caBundle repaired, within this time. */
const lookEveryMs = 60_000;

/** Kubernetes' API servers learn of a new caBundle within a second or so; until then they trust the old one alone. */
const settleMs = 15_000;

export interface OwnCertificateOptions extends CertificateKeeperOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Looks after the certificate that this process makes by itself, and calls back with each new one once it is trusted.
 * Failures are logged; the certificate before stays. The returned function ends it.
 */
export function watchOwnCertificate(
  first: KeptCertificate,
  options: OwnCertificateOptions,
  onRenewed: (kept: KeptCertificate) => void,
): () => void {
  const { clock, logger } = options;
  let shown = first;
  let cancel = () => {};
  let hasEnded = false;
  const after = (delayMs: number, then: () => void) => {
    cancel = hasEnded ? () => {} : clock.after(delayMs, then);
  };
  const look = async () => {
    try {
      const kept = await keepCertificate(options);
      if (kept.certificate !== shown.certificate) {
        // Of no use if the one shown is not trusted any more.
        const waitMs = endOf(shown.certificate) > options.nowMs() ? settleMs : 0;
        after(waitMs, () => {
          shown = kept;
          onRenewed(kept);
          after(lookEveryMs, () => void look());
        });
        return;
      }
    } catch (error) {
      logger.error('cannot keep the certificate', { reason: errorText(error), ...factsOfError(error) });
    }
    after(lookEveryMs, () => void look());
  };
  after(lookEveryMs, () => void look());
  return () => {
    hasEnded = true;
    cancel();
  };
}
