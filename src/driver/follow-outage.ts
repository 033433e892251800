import type { Logger } from '../common/logger.js';
import { peerOf } from './call-error.js';
import type { DriverClient } from './driver-client.js';
import type { CallResult } from './unary-call.js';

/** A client that knows whether its server can be reached. */
export interface FollowedDriver {
  readonly driver: DriverClient;
  /** Undefined before a call has ended. */
  readonly isUp: () => boolean | undefined;
}

/** Writes one line when the driver server cannot be reached any more and one when it can again, not one for each call. */
export function followOutage(driver: DriverClient, target: string, logger: Logger): FollowedDriver {
  let isUp: boolean | undefined;
  const note = (result: CallResult) => {
    const isThere = result.kind === 'answered' || result.failure.reach === 'answered';
    const isAway = !isThere && result.failure.error.status === 'UNAVAILABLE';
    if (isAway && isUp !== false) {
      isUp = false;
      const { message } = result.failure.error;
      logger.warn('the driver server cannot be reached', { driver: peerOf(target), reason: message });
    } else if (isThere && isUp !== true) {
      if (isUp === false) {
        logger.info('the driver server can be reached again', { driver: peerOf(target) });
      }
      isUp = true;
    }
  };
  return {
    isUp: () => isUp,
    driver: {
      execute: (request, timeoutMs) => {
        const call = driver.execute(request, timeoutMs);
        void call.ended.then(note);
        return call;
      },
      close: () => driver.close(),
    },
  };
}
