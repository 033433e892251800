import { factsOfError, type LogFacts, type Logger } from '../../common/logger.js';
import type { LeaseView } from './lease.js';

export interface LeaseLog {
  /** Writes a line where the view has changed in a way that an operator must know. */
  readonly changed: (view: LeaseView) => void;
  readonly lost: (view: LeaseView, reason: string) => void;
  readonly notGivenBack: (view: LeaseView, error: unknown) => void;
}

/** Tells of a Lease: who has it, when it goes, and why it cannot be had. */
export function createLeaseLog(logger: Logger): LeaseLog {
  let told: string | undefined;
  let failure: string | undefined;
  return {
    changed: (view) => {
      const news = newsOf(view);
      if (news !== undefined && `${news} ${view.holder}` !== told) {
        told = `${news} ${view.holder}`;
        logger.info(news, factsOf(view));
      }
      if (view.failure !== undefined && view.failure !== failure) {
        logger.warn('the lease can neither be renewed nor taken now', {
          ...factsOf(view),
          reason: view.failure,
        });
      }
      failure = view.failure;
    },
    lost: (view, reason) => {
      told = undefined;
      logger.error('lost the lease, and ends what it drives', { ...factsOf(view), reason });
    },
    notGivenBack: (view, error) =>
      logger.warn('the lease was not given back: others wait until it is over', {
        ...factsOf(view),
        ...factsOfError(error),
      }),
  };
}

/** Undefined where there is nothing to say. */
function newsOf({ state, holder, identity }: LeaseView): string | undefined {
  switch (state) {
    case 'holding':
      return 'holds the lease, and drives';
    case 'released':
      return 'gives the lease back';
    case 'waiting':
      return holder === undefined || holder === identity
        ? undefined
        : 'waits for the lease, and drives nothing';
    case 'lost':
      return undefined;
  }
}

function factsOf({ name, identity, state, holder, transitions }: LeaseView): LogFacts {
  return { lease: name, identity, state, holder, transitions };
}
