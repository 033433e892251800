import { goJson } from '../../workflow/go-text.js';
import { rfc3339 } from '../go/rfc3339.js';
import { executeTemplate } from './execute-template.js';
import { exitHookOf } from './exit-hook.js';
import { isFailedOrError, isFulfilled, type Node } from './node.js';
import { podName } from './node-id.js';
import type { Operation, TemplateOutcome, TemplateUse } from './operation.js';

export interface WorkflowEnd {
  readonly phase: 'Succeeded' | 'Failed' | 'Error';
  readonly message: string;
}

/**
 * One pass over the workflow; undefined while it is not finished.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (operate)
 */
export function operate(operation: Operation): WorkflowEnd | undefined {
  const { metadata, spec } = operation.workflow;
  for (const node of operation.unrunNodes.splice(0)) {
    operation.nodes.mark(node, 'Succeeded');
  }
  const entry = execute(operation, metadata.name, spec.entrypoint, {
    arguments: spec.arguments ?? {},
  });
  if (entry.kind === 'error') {
    return { phase: 'Error', message: `error in entry template execution: ${entry.error}` };
  }
  if (entry.kind === 'held' || !isFulfilled(entry.node)) {
    return undefined;
  }
  const end = endOf(entry.node);
  const hook = exitHookOf(spec);
  if (hook === undefined) {
    return end;
  }
  operation.globals.set('workflow.status', end.phase);
  operation.globals.set('workflow.failures', JSON.stringify(failures(operation)));
  return runExitHandler(operation, hook, end);
}

function execute(
  operation: Operation,
  nodeName: string,
  templateName: string,
  more: Pick<TemplateUse, 'arguments' | 'hooked'>,
): TemplateOutcome {
  const caller = { kind: 'steps', name: '' } as const;
  return executeTemplate(operation, { nodeName, templateName, caller, boundary: undefined, ...more });
}

function runExitHandler(
  operation: Operation,
  hook: { readonly template: string; readonly arguments?: TemplateUse['arguments'] },
  end: WorkflowEnd,
): WorkflowEnd | undefined {
  const outcome = execute(operation, `${operation.workflow.metadata.name}.onExit`, hook.template, {
    arguments: hook.arguments ?? {},
    hooked: true,
  });
  if (outcome.kind === 'error') {
    return { phase: 'Error', message: `error in exit template execution : ${outcome.error}` };
  }
  if (outcome.kind === 'held' || !isFulfilled(outcome.node)) {
    return undefined;
  }
  return end.phase === 'Succeeded' && isFailedOrError(outcome.node) ? endOf(outcome.node) : end;
}

function endOf({ phase, message }: Node): WorkflowEnd {
  return { phase: phase === 'Failed' || phase === 'Error' ? phase : 'Succeeded', message };
}

/** The text is quoted once more, so that its quotes survive the substitution. */
function failures(operation: Operation): string {
  const { name } = operation.workflow.metadata;
  const failed = [...operation.nodes.all()].filter(isFailedOrError).map((node) => ({
    displayName: node.displayName,
    message: node.message,
    templateName: node.templateName,
    phase: node.phase,
    podName: podName(name, node.name, node.templateName),
    finishedAt: rfc3339(new Date(node.finishedAtMs ?? 0)),
  }));
  return goJson(failed);
}
