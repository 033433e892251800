import type { Logger } from '../common/logger.js';
import { peerOf } from './driver-target.js';
import type { CallResult } from './unary-call.js';

/** Whether the driver server can be reached, by how calls of it end. */
export interface Outage {
  /** Undefined before a call has ended. */
  readonly isUp: () => boolean | undefined;
  /** Told how each call ended that was made. */
  readonly note: (result: CallResult) => void;
  readonly noteAway: (reason: string) => void;
}

/** Writes one line when the driver server cannot be reached any more and one when it can again, not one for each call. */
export function followOutage(target: string, logger: Logger): Outage {
  const driver = peerOf(target);
  let isUp: boolean | undefined;
  const noteAway = (reason: string) => {
    if (isUp !== false) {
      logger.warn('the driver server cannot be reached', { driver, reason });
    }
    isUp = false;
  };
  const noteThere = () => {
    if (isUp === false) {
      logger.info('the driver server can be reached again', { driver });
    }
    isUp = true;
  };
  return {
    isUp: () => isUp,
    noteAway,
    note: (result) => {
      if (result.kind === 'answered' || result.failure.reach === 'answered') {
        noteThere();
      } else if (result.failure.error.status === 'UNAVAILABLE') {
        noteAway(result.failure.error.message);
      }
    },
  };
}
