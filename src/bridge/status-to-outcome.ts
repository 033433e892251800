import type { FailurePhase } from '../argo/reply.js';
import type { Status } from '../contract/status-error.js';

/** What a gRPC status means for the node. */
export interface Outcome {
  /** Failed: the pipeline's fault. Error: the platform's. Users' retryPolicy depends on the difference. */
  readonly phase: FailurePhase;
  /** Whether the same request is sent again inside the attempt's time. */
  readonly retry: RetryRule;
  /** What the status means, for the user: the middle of one sentence. */
  readonly meaning: string;
}

/**
 * never: final at once. always: the server asks for it again. if-idempotent: nobody knows whether the driver ran,
 * which is safe to repeat only at a server that keeps the contract's promise about request_id.
 */
export type RetryRule = 'never' | 'always' | 'if-idempotent';

const pipelinesFault = (meaning: string): Outcome => ({ phase: 'Failed', retry: 'never', meaning });
const platformsFault = (meaning: string, retry: RetryRule = 'never'): Outcome => ({
  phase: 'Error',
  retry,
  meaning,
});

/** The one table from gRPC status to outcome. https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
export const outcomes: Readonly<Record<Exclude<Status, 'OK'>, Outcome>> = {
  INVALID_ARGUMENT: pipelinesFault('the driver refused the arguments'),
  FAILED_PRECONDITION: pipelinesFault('the driver refused the task'),
  NOT_FOUND: pipelinesFault('the driver did not find what the task names'),
  ALREADY_EXISTS: pipelinesFault('the driver has this task already'),
  OUT_OF_RANGE: pipelinesFault('the driver found a value out of range'),
  UNAVAILABLE: platformsFault('the driver server is unavailable', 'if-idempotent'),
  ABORTED: platformsFault('the driver was interrupted', 'always'),
  RESOURCE_EXHAUSTED: platformsFault('the driver server is overloaded', 'always'),
  DEADLINE_EXCEEDED: platformsFault('the driver did not answer in time', 'if-idempotent'),
  CANCELLED: platformsFault('the call was cancelled'),
  UNKNOWN: platformsFault('the driver server failed without saying why'),
  PERMISSION_DENIED: platformsFault('the driver server does not let this plugin in'),
  UNIMPLEMENTED: platformsFault('the server does not know kfp.driver.v1.DriverService/Execute'),
  INTERNAL: platformsFault('the driver server failed'),
  DATA_LOSS: platformsFault('the driver server lost data'),
  UNAUTHENTICATED: platformsFault('the driver server does not know this plugin'),
};

/** The outcome of a call that failed; one that failed with OK broke its own contract. */
export function outcomeOf(status: Status): Outcome {
  return outcomes[status === 'OK' ? 'UNKNOWN' : status];
}
