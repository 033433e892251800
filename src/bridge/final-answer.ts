import type { PluginTemplate } from '../argo/parse-execute-template.js';
import { type NotSucceeded, notSucceeded, type Parameter, type Succeeded, succeeded } from '../argo/reply.js';
import type { LogFacts } from '../common/logger.js';
import type { ExecuteResponse__Output } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import type { CallError } from '../driver/call-error.js';
import type { AttemptResult, Progress } from './call-driver.js';
import type { Answered } from './call-ledger.js';
import { outcomeOf } from './status-to-outcome.js';
import type { DriverRequest } from './to-driver-request.js';
import { toOutputs } from './to-outputs.js';

/** What a attempt ended with, as Argo's agent gets it and as the ledger keeps it. */
export interface FinalAnswer extends Answered {
  readonly reply: Succeeded | NotSucceeded;
  readonly facts: LogFacts;
}

/** Turns the end of a attempt into its final answer. Pure. */
export function toFinalAnswer(
  template: PluginTemplate,
  request: DriverRequest,
  result: AttemptResult,
  limits: { readonly maxOutputBytes: number; readonly progress: Progress; readonly nowMs: number },
): FinalAnswer {
  if (result.kind === 'answered') {
    return fromResponse(template, request, result.response, limits.maxOutputBytes);
  }
  const { error } = result.failure;
  const { phase } = outcomeOf(error.status);
  const outOfBudget = result.kind === 'out of budget';
  const tries = outOfBudget
    ? `${describeTries(limits.progress, limits.nowMs)}, which was its whole time`
    : '';
  // Failed is the driver's own verdict on this request_id; an Error may hide that an earlier call drove the task.
  const mayHaveDriven = phase === 'Error' && limits.progress.outcomeUnknown;
  return answer(notSucceeded(phase, describeFailure(result.failure, tries)), {
    keepsAttempt: outOfBudget || mayHaveDriven,
    grpcStatus: error.status,
  });
}

/**
 * A failure as one sentence: the status, what it means, for how long (`tries`), and what the driver server said
 * about it: "UNAVAILABLE: no connection to kfp-driver-server.kubeflow:9000 for 40 s, 6 tries: ...".
 */
export function describeFailure({ error, peer, reach }: CallError, tries: string): string {
  const { localizedMessage, fieldViolations = [], errorInfo } = error.details;
  const { meaning } = outcomeOf(error.status);
  const what = reach === 'not sent' ? `no connection to ${peer}` : meaning;
  const said = [
    localizedMessage ?? error.message,
    ...fieldViolations.map(({ field, description }) => `${field}: ${description}`),
    errorInfo === undefined ? '' : `(${errorInfo.reason})`,
  ].filter((part) => part !== '');
  return `${error.status}: ${what}${tries}${said.length > 0 ? `: ${said.join(' ')}` : ''}`;
}

/** For how long and how often, as part of a sentence. */
export function describeTries({ beganMs, turnMs, tries }: Progress, nowMs: number): string {
  const seconds = Math.round((nowMs - (turnMs ?? beganMs)) / 1000);
  return ` for ${seconds} s, ${tries} ${tries === 1 ? 'try' : 'tries'}`;
}

function fromResponse(
  template: PluginTemplate,
  request: DriverRequest,
  response: ExecuteResponse__Output,
  maxOutputBytes: number,
): FinalAnswer {
  const { parameters, missing } = toOutputs(request.type, template.declaredOutputs, response);
  const fault = missing.length > 0 ? missingFault(request, missing) : findFault(parameters);
  // The driver has done its work: another attempt would do it twice.
  if (fault !== undefined) {
    return answer(notSucceeded('Error', fault), { keepsAttempt: true, grpcStatus: 'OK' });
  }
  const id = response.execution_id ?? response.task_id;
  const message = `${request.type} driver done${id === undefined ? '' : ` as execution ${id}`}`;
  const reply = succeeded(response.cached === true ? `${message}, cached` : message, parameters);
  const bytes = Buffer.byteLength(JSON.stringify(reply));
  if (bytes <= maxOutputBytes) {
    return answer(reply, { keepsAttempt: false, grpcStatus: 'OK' }, bytes);
  }
  const tooLarge =
    `the driver's outputs have ${bytes} bytes, and one answer may have ${maxOutputBytes} ` +
    '(MAX_OUTPUT_BYTES): Argo keeps all results of a workflow in one object of 1.5 MB';
  return answer(notSucceeded('Error', tooLarge), { keepsAttempt: true, grpcStatus: 'OK' });
}

function missingFault({ type }: DriverRequest, missing: readonly string[]): string {
  const names = missing.map((name) => `"${name}"`).join(', ');
  return `the ${type} driver's answer lacks the declared output ${names}, and nothing else defines it`;
}

/** Names that Kubernetes would refuse: https://github.com/argoproj/argo-workflows/blob/v4.1.2/manifests/base/crds/full */
const outputName = /^[-a-zA-Z0-9_]+$/;
/** Argo re-quotes values in Go's way, and these come out as invalid JSON: all of C0 but \b \f \n \r \t, and DEL. */
const unquotable = /(?![\b\f\n\r\t])[\p{Cc}](?<![\u0080-\u009f])/u;

function findFault(parameters: readonly Parameter[]): string | undefined {
  const badName = parameters.find(({ name }) => !outputName.test(name));
  if (badName !== undefined) {
    return `the driver returned an output named ${JSON.stringify(badName.name)}: Kubernetes takes letters, digits, - and _ only`;
  }
  const badValue = parameters.find(({ value }) => unquotable.test(value));
  if (badValue === undefined) {
    return undefined;
  }
  return `the driver's output "${badValue.name}" has a control character, which Argo cannot substitute into other templates`;
}

function answer(
  reply: Succeeded | NotSucceeded,
  { keepsAttempt, grpcStatus }: { readonly keepsAttempt: boolean; readonly grpcStatus: string },
  bytes = Buffer.byteLength(JSON.stringify(reply)),
): FinalAnswer {
  const { phase } = reply.node;
  return {
    succeeded: phase === 'Succeeded',
    keepsAttempt,
    bytes,
    reply,
    facts: { phase, status: grpcStatus },
  };
}
