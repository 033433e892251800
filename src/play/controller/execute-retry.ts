import { substituteTemplate } from '../expressions/process-template.js';
import { firstOf } from '../expressions/replace-tags.js';
import { parseRetryDurationMs } from '../go/go-duration.js';
import { isTransientText } from '../transient-text.js';
import type { RetryStrategy, Template } from '../workflow/workflow.js';
import { isFailedOrError, isFulfilled, type Node } from './node.js';
import { podName } from './node-id.js';
import { errorText, type Operation, type TemplateOutcome, type TemplateUse } from './operation.js';

interface Attempt {
  readonly use: TemplateUse;
  readonly template: Template;
}

/**
 * A template with a retryStrategy: a Retry node over its attempts `name(0)`, `name(1)`, ...
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (processNodeRetries)
 */
export function executeRetry(
  operation: Operation,
  use: TemplateUse,
  template: Template,
  execute: (attempt: Attempt) => TemplateOutcome,
): TemplateOutcome {
  const retry = operation.nodes.get(use.nodeName) ?? addRetryNode(operation, use, template);
  let verdict: Verdict;
  try {
    verdict = judge(operation, retry, template.retryStrategy ?? {});
  } catch (error) {
    operation.nodes.mark(retry, 'Error', errorText(error));
    return { kind: 'error', error: errorText(error) };
  }
  if (verdict.kind === 'done') {
    retry.outputs = last(retry)?.outputs;
    return { kind: 'node', node: operation.nodes.mark(retry, verdict.phase, verdict.message) };
  }
  if (verdict.kind === 'wait') {
    return { kind: 'node', node: operation.nodes.mark(retry, retry.phase, verdict.message) };
  }
  operation.nodes.mark(retry, retry.phase, '');
  return runAttempt(operation, use, template, retry, execute);
}

function addRetryNode(operation: Operation, use: TemplateUse, template: Template): Node {
  const { nodeName: name, templateName, boundary, hooked = false } = use;
  const node = operation.nodes.add({ name, type: 'Retry', templateName, boundary, phase: 'Running', hooked });
  node.template = template;
  return node;
}

function runAttempt(
  operation: Operation,
  use: TemplateUse,
  template: Template,
  retry: Node,
  execute: (attempt: Attempt) => TemplateOutcome,
): TemplateOutcome {
  const previous = last(retry);
  const isRunning = previous !== undefined && !isFulfilled(previous);
  const number = attempts(retry).length - (isRunning ? 1 : 0);
  const name = `${retry.name}(${number})`;
  const before = isRunning ? attempts(retry).at(-2) : previous;
  const current =
    operation.nodes.get(name)?.template ?? attemptTemplate(operation, template, name, number, before);
  const outcome = execute({ use: { ...use, nodeName: name }, template: current });
  const attempt = operation.nodes.get(name);
  if (attempt !== undefined) {
    operation.nodes.addChild(retry, attempt);
  }
  if (outcome.kind === 'error' && !retriesErrors(template.retryStrategy ?? {})) {
    return outcome;
  }
  if (attempt !== undefined && isFulfilled(attempt)) {
    return executeRetry(operation, use, template, execute);
  }
  return outcome.kind === 'held' ? outcome : { kind: 'node', node: retry };
}

function attemptTemplate(
  operation: Operation,
  template: Template,
  name: string,
  number: number,
  before: Node | undefined,
): Template {
  const seconds = before === undefined ? 0 : ((before.finishedAtMs ?? 0) - before.startedAtMs) / 1000;
  const local = new Map([
    ['pod.name', podName(operation.workflow.metadata.name, name, template.name)],
    ['retries', String(number)],
    ['lastRetry.exitCode', before?.outputs?.exitCode ?? '0'],
    ['lastRetry.status', before?.phase ?? ''],
    ['lastRetry.duration', String(seconds)],
    ['lastRetry.message', before?.message ?? ''],
  ]);
  return substituteTemplate(
    template,
    firstOf((tag) => local.get(tag), operation.globals.lookup),
  );
}

type Verdict =
  | { readonly kind: 'run' }
  | { readonly kind: 'wait'; readonly message: string }
  | { readonly kind: 'done'; readonly phase: string; readonly message?: string };

function judge(operation: Operation, retry: Node, strategy: RetryStrategy): Verdict {
  const previous = last(retry);
  if (previous === undefined || !isFulfilled(previous)) {
    return { kind: 'run' };
  }
  if (!isFailedOrError(previous)) {
    return { kind: 'done', phase: 'Succeeded' };
  }
  const count = attempts(retry).length;
  const limit = wholeNumber(strategy.limit);
  const pause =
    strategy.backoff === undefined ? undefined : backOff(operation, retry, strategy, previous, count, limit);
  if (pause !== undefined) {
    return pause;
  }
  if (!isRetried(strategy, previous)) {
    return { kind: 'done', phase: previous.phase, message: previous.message };
  }
  if (limit !== undefined && count > limit) {
    return { kind: 'done', phase: previous.phase, message: 'No more retries left' };
  }
  return { kind: 'run' };
}

function backOff(
  operation: Operation,
  retry: Node,
  { backoff = {} }: RetryStrategy,
  previous: Node,
  count: number,
  limit: number | undefined,
): Verdict | undefined {
  const nowMs = operation.clock.nowMs();
  const endMs = backoff.maxDuration
    ? (attempts(retry)[0]?.startedAtMs ?? nowMs) + parseRetryDurationMs(backoff.maxDuration)
    : Number.POSITIVE_INFINITY;
  if (nowMs > endMs) {
    return { kind: 'done', phase: previous.phase, message: 'Max duration limit exceeded' };
  }
  if (!backoff.duration) {
    throw new Error('no base duration specified for retryStrategy');
  }
  const factor = wholeNumber(backoff.factor) ?? 0;
  const growth = factor > 0 ? factor ** (count - 1) : 1;
  const capMs = backoff.cap ? parseRetryDurationMs(backoff.cap) : Number.POSITIVE_INFINITY;
  const waitMs = Math.min(parseRetryDurationMs(backoff.duration) * growth, capMs);
  const untilMs = (previous.finishedAtMs ?? nowMs) + waitMs;
  if (untilMs > endMs) {
    return { kind: 'done', phase: previous.phase, message: 'Backoff would exceed max duration limit' };
  }
  if (nowMs < untilMs && limit !== undefined && count <= limit) {
    operation.wakeAfter(untilMs - nowMs);
    return { kind: 'wait', message: `Backoff for ${waitMs / 1000} seconds` };
  }
  return undefined;
}

function isRetried(strategy: RetryStrategy, previous: Node): boolean {
  switch (strategy.retryPolicy || 'OnFailure') {
    case 'Always':
      return true;
    case 'OnFailure':
      return previous.phase === 'Failed';
    case 'OnError':
      return previous.phase === 'Error';
    case 'OnTransientError':
      return isTransientText(previous.message);
    default:
      throw new Error(`${strategy.retryPolicy} is not a valid RetryPolicy`);
  }
}

function retriesErrors({ retryPolicy = '' }: RetryStrategy): boolean {
  return ['Always', 'OnError', 'OnTransientError'].includes(retryPolicy);
}

function attempts(retry: Node): Node[] {
  return retry.children.filter((child) => !child.hooked);
}

function last(retry: Node): Node | undefined {
  return attempts(retry).at(-1);
}

function wholeNumber(value: number | string | undefined): number | undefined {
  if (value === undefined || /^-?\d+$/.test(String(value))) {
    return value === undefined ? undefined : Number(value);
  }
  throw new Error(`strconv.ParseInt: parsing "${value}": invalid syntax`);
}
