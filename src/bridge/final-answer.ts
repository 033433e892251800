import type { DeclaredOutput } from '../argo/parse-execute-template.js';
import {
  type NotSucceeded,
  notSucceeded,
  type Succeeded,
  succeeded,
  type WrittenReply,
  writeReply,
} from '../argo/reply.js';
import type { LogFacts } from '../common/log-fields.js';
import type { ExecuteResponse__Output } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import type { Status } from '../contract/status-error.js';
import type { AttemptResult } from './call-driver.js';
import type { Answered } from './call-record.js';
import { checkOutputs } from './check-outputs.js';
import { describeFailure, gaveUpAfter } from './describe-failure.js';
import type { Progress } from './progress.js';
import { outcomeOf } from './status-to-outcome.js';
import type { DriverRequest } from './to-driver-request.js';
import { toOutputs } from './to-outputs.js';

/** What an attempt ended with, as Argo's agent gets it and as the ledger keeps it. */
export interface FinalAnswer extends Answered, WrittenReply {
  /** The execution of a DAG that it tells: the tasks in that DAG will name it. */
  readonly executionId: string | undefined;
  readonly facts: LogFacts;
}

/** Turns the end of an attempt into its final answer. Pure. */
export function toFinalAnswer(
  declaredOutputs: readonly DeclaredOutput[],
  request: DriverRequest,
  result: Exclude<AttemptResult, { readonly kind: 'ended' }>,
  { maxOutputBytes, progress, nowMs }: { maxOutputBytes: number; progress: Progress; nowMs: number },
): FinalAnswer {
  if (result.kind === 'answered') {
    return fromResponse(declaredOutputs, request, result.response, maxOutputBytes);
  }
  const { failure } = result;
  const { status } = failure.error;
  const { phase } = outcomeOf(status);
  const isOutOfTime = result.kind === 'out of time';
  const message = describeFailure(failure, isOutOfTime ? gaveUpAfter(progress, nowMs) : '');
  // Failed is the driver's own verdict on this request_id; an Error may hide that an earlier call drove the task.
  const mayHaveDriven = isOutOfTime || (phase === 'Error' && progress.outcomeUnknown);
  return toAnswer(notSucceeded(phase, message), status, mayHaveDriven ? 'same' : 'new');
}

/** The answer of an attempt that a bug has ended: it must neither hang the node nor drive its task twice. */
export function toInternalError(): FinalAnswer {
  const sentence = 'driver-plugin failed with an internal error; its log has the stack';
  return toAnswer(notSucceeded('Error', sentence), 'INTERNAL', 'same');
}

/** The driver has done its work: whatever is wrong with its answer, another attempt would do it twice. */
function fromResponse(
  declaredOutputs: readonly DeclaredOutput[],
  request: DriverRequest,
  response: ExecuteResponse__Output,
  maxOutputBytes: number,
): FinalAnswer {
  const unusable = (sentence: string) => toAnswer(notSucceeded('Error', sentence), 'OK', 'same');
  const { parameters, missing } = toOutputs(request.type, declaredOutputs, response);
  if (missing.length > 0) {
    const names = missing.map((name) => `"${name}"`).join(', ');
    return unusable(
      `the ${request.type} driver's answer lacks the declared output ${names}, and nothing else defines it`,
    );
  }
  const checked = checkOutputs(parameters);
  if ('fault' in checked) {
    return unusable(checked.fault);
  }
  const id = response.execution_id ?? response.task_id;
  const message = `${request.type} driver done${id === undefined ? '' : ` as execution ${id}`}`;
  const reply = succeeded(response.cached === true ? `${message}, cached` : message, checked.parameters);
  const isDag = request.type !== 'CONTAINER';
  const answer = toAnswer(reply, 'OK', 'none', isDag ? id : undefined);
  if (answer.bytes <= maxOutputBytes) {
    return answer;
  }
  return unusable(
    `the driver's outputs have ${answer.bytes} bytes, and one answer may have ${maxOutputBytes} ` +
      '(MAX_OUTPUT_BYTES): Argo keeps all results of a workflow in one object of 1.5 MiB',
  );
}

function toAnswer(
  reply: Succeeded | NotSucceeded,
  status: Status,
  nextAttempt: Answered['nextAttempt'],
  executionId?: string,
): FinalAnswer {
  const { kind, json, bytes } = writeReply(reply);
  return { kind, json, bytes, nextAttempt, executionId, facts: { phase: reply.node.phase, status } };
}
