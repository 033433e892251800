import type { FailurePhase } from '../argo/reply.js';
import type { Status } from '../contract/status-error.js';

/** What a gRPC status means for the node. */
export interface Outcome {
  /** Failed: the pipeline's fault. Error: the platform's. Users' retryPolicy depends on the difference. */
  readonly phase: FailurePhase;
  /** What the status means, for the user: the middle of one sentence. */
  readonly meaning: string;
}

const pipelinesFault = (meaning: string): Outcome => ({ phase: 'Failed', meaning });
const platformsFault = (meaning: string): Outcome => ({ phase: 'Error', meaning });

/** The one table from gRPC status to outcome. https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
export const outcomes: Readonly<Record<Exclude<Status, 'OK'>, Outcome>> = {
  INVALID_ARGUMENT: pipelinesFault('the driver refused the arguments'),
  FAILED_PRECONDITION: pipelinesFault('the driver refused the task'),
  NOT_FOUND: pipelinesFault('the driver did not find what the task names'),
  ALREADY_EXISTS: pipelinesFault('the driver has this task already'),
  OUT_OF_RANGE: pipelinesFault('the driver found a value out of range'),
  CANCELLED: platformsFault('the call was cancelled'),
  UNKNOWN: platformsFault('the driver server failed without saying why'),
  DEADLINE_EXCEEDED: platformsFault('the driver did not answer in time'),
  PERMISSION_DENIED: platformsFault('the driver server does not let this plugin in'),
  RESOURCE_EXHAUSTED: platformsFault('the driver server is overloaded, or a message is too large'),
  ABORTED: platformsFault('the driver was interrupted'),
  UNIMPLEMENTED: platformsFault('the server does not know kfp.driver.v1.DriverService/Execute'),
  INTERNAL: platformsFault('the driver server failed'),
  UNAVAILABLE: platformsFault('the driver server cannot be reached'),
  DATA_LOSS: platformsFault('the driver server lost data'),
  UNAUTHENTICATED: platformsFault('the driver server does not know this plugin'),
};
