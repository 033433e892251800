import { errorText } from '../../common/error-text.js';
import type { Template } from '../../workflow/workflow.js';
import { substituteTemplate } from '../expressions/process-template.js';
import { firstOf } from '../expressions/replace-tags.js';
import { judgeAttempts, type RetryVerdict } from './judge-attempts.js';
import { isFulfilled, type Node } from './node.js';
import { podName } from './node-id.js';
import type { Operation, TemplateOutcome, TemplateUse } from './operation.js';

type ExecuteAttempt = (use: TemplateUse, template: Template) => TemplateOutcome;

/**
 * A template with a retryStrategy: a Retry node over its attempts `name(0)`, `name(1)`, ...
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (executeTemplate)
 */
export function executeRetry(
  operation: Operation,
  use: TemplateUse,
  template: Template,
  execute: ExecuteAttempt,
): TemplateOutcome {
  const { nodes, clock } = operation;
  const retry = nodes.get(use.nodeName) ?? addRetryNode(operation, use, template);
  const attempts = attemptsOf(retry);
  let verdict: RetryVerdict;
  try {
    verdict = judgeAttempts(attempts, template.retryStrategy ?? {}, clock.nowMs());
  } catch (error) {
    nodes.mark(retry, 'Error', errorText(error));
    return { kind: 'error', error: errorText(error) };
  }
  if (verdict.kind === 'done') {
    retry.outputs = attempts.at(-1)?.outputs;
    return { kind: 'node', node: nodes.mark(retry, verdict.phase, verdict.message) };
  }
  if (verdict.kind === 'wait') {
    operation.wakeAfter(verdict.untilMs - clock.nowMs());
    return { kind: 'node', node: nodes.mark(retry, retry.phase, verdict.message) };
  }
  nodes.mark(retry, retry.phase, '');
  const outcome = runAttempt(operation, use, template, retry, execute);
  if (outcome.kind === 'error' && !retriesErrors(template)) {
    return outcome;
  }
  const latest = attemptsOf(retry).at(-1);
  return latest !== undefined && isFulfilled(latest)
    ? executeRetry(operation, use, template, execute)
    : { kind: 'node', node: retry };
}

/** A Retry node's exit hook is a child of it as well. */
function attemptsOf(retry: Node): Node[] {
  return retry.children.filter((child) => child.retried);
}

function addRetryNode(operation: Operation, use: TemplateUse, template: Template): Node {
  const { nodeName: name, templateName, boundary, hooked = false } = use;
  const node = operation.nodes.add({ name, type: 'Retry', templateName, boundary, phase: 'Running', hooked });
  node.template = template;
  return node;
}

/** Brings the attempt on that is under way, else starts the next one. */
function runAttempt(
  operation: Operation,
  use: TemplateUse,
  template: Template,
  retry: Node,
  execute: ExecuteAttempt,
): TemplateOutcome {
  const attempts = attemptsOf(retry);
  const latest = attempts.at(-1);
  if (latest?.template !== undefined && !isFulfilled(latest)) {
    return execute({ ...use, nodeName: latest.name }, latest.template);
  }
  const nodeName = `${retry.name}(${attempts.length})`;
  const outcome = execute(
    { ...use, nodeName },
    attemptTemplate(operation, template, nodeName, attempts.length, latest),
  );
  const attempt = operation.nodes.get(nodeName);
  if (attempt !== undefined) {
    operation.nodes.addChild(retry, attempt);
  }
  return outcome;
}

function attemptTemplate(
  operation: Operation,
  template: Template,
  nodeName: string,
  number: number,
  before: Node | undefined,
): Template {
  const seconds = before === undefined ? 0 : ((before.finishedAtMs ?? 0) - before.startedAtMs) / 1000;
  const local = new Map([
    ['pod.name', podName(operation.workflow.metadata.name, nodeName, template.name)],
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

/** Whether an attempt that could not even start counts as one. */
function retriesErrors({ retryStrategy }: Template): boolean {
  return ['Always', 'OnError', 'OnTransientError'].includes(retryStrategy?.retryPolicy ?? '');
}
