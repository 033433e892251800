import { errorText } from '../../common/error-text.js';
import type { Template } from '../../workflow/workflow.js';
import { processTemplate } from '../expressions/process-template.js';
import type { Lookup } from '../expressions/replace-tags.js';
import { executeDag } from './execute-dag.js';
import { executeRetry } from './execute-retry.js';
import { executeSteps } from './execute-steps.js';
import { executeUnrun } from './execute-unrun.js';
import { isFulfilled, type Node } from './node.js';
import { podName } from './node-id.js';
import type { Operation, TemplateOutcome, TemplateUse } from './operation.js';
import { isParallelismReached } from './parallelism.js';

/** Argo's own limit of nested templates. */
const maxDepth = 100;
const maxDepthMessage =
  'Maximum recursion depth exceeded. See https://argo-workflows.readthedocs.io/en/latest/scaling/#maximum-recursion-depth';

/**
 * Makes the node of a template, or brings it on by one step; called again on every pass until the node is fulfilled.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (executeTemplate)
 */
export function executeTemplate(operation: Operation, use: TemplateUse): TemplateOutcome {
  const existing = operation.nodes.get(use.nodeName);
  if (existing !== undefined && isFulfilled(existing)) {
    return { kind: 'node', node: existing };
  }
  operation.depth += 1;
  try {
    if (operation.depth >= maxDepth) {
      markError(operation, use, maxDepthMessage);
      return { kind: 'held' };
    }
    return executeUnfinished(operation, use, existing);
  } finally {
    operation.depth -= 1;
  }
}

function executeUnfinished(operation: Operation, use: TemplateUse, existing: Node | undefined) {
  let template: Template;
  try {
    template = existing?.template ?? processed(operation, use);
  } catch (error) {
    return markError(operation, use, errorText(error));
  }
  if (isParallelismReached(operation, existing, use.boundary)) {
    return { kind: 'held' } as const;
  }
  if (template.retryStrategy !== undefined) {
    return executeRetry(operation, use, template, (attempt, own) => dispatch(operation, attempt, own, true));
  }
  return dispatch(operation, use, template, false);
}

function processed(operation: Operation, use: TemplateUse): Template {
  const template = operation.templates.get(use.templateName);
  if (template === undefined) {
    throw new Error(`template name ${use.templateName} undefined`);
  }
  return processTemplate(
    template,
    use.arguments,
    operation.globals.lookup,
    localLookup(operation, use, template),
  );
}

function localLookup(operation: Operation, use: TemplateUse, template: Template): Lookup {
  const { caller, nodeName } = use;
  const local = new Map([
    [`${caller.kind}.name`, caller.name],
    ['node.name', nodeName],
  ]);
  const isPod = !template.plugin && !template.dag && !template.steps;
  if (isPod && template.retryStrategy === undefined) {
    local.set('pod.name', podName(operation.workflow.metadata.name, nodeName, template.name));
  }
  return (tag) => local.get(tag);
}

/** Runs a template by its kind. An error is marked on the node before it is returned. */
function dispatch(
  operation: Operation,
  use: TemplateUse,
  template: Template,
  retried: boolean,
): TemplateOutcome {
  const start = (type: Node['type'], phase: 'Pending' | 'Running'): Node => {
    const existing = operation.nodes.get(use.nodeName);
    if (existing !== undefined) {
      return existing;
    }
    const node = operation.nodes.add({ ...newNode(use), type, phase, retried });
    node.template = template;
    return node;
  };
  if (template.dag !== undefined) {
    return marked(operation, use, executeDag(operation, start('DAG', 'Running'), template, template.dag));
  }
  if (template.steps !== undefined) {
    return marked(
      operation,
      use,
      executeSteps(operation, start('Steps', 'Running'), template, template.steps),
    );
  }
  if (template.plugin !== undefined) {
    const isNew = operation.nodes.get(use.nodeName) === undefined;
    const node = start('Plugin', 'Pending');
    if (isNew) {
      operation.newPluginNodes.push(node);
    }
    return { kind: 'node', node };
  }
  return marked(operation, use, executeUnrun(operation, template, start));
}

function marked(operation: Operation, use: TemplateUse, outcome: TemplateOutcome): TemplateOutcome {
  return outcome.kind === 'error' ? markError(operation, use, outcome.error) : outcome;
}

function markError(operation: Operation, use: TemplateUse, error: string): TemplateOutcome {
  const existing = operation.nodes.get(use.nodeName);
  if (existing === undefined) {
    operation.nodes.add({ ...newNode(use), type: 'Skipped', phase: 'Error', message: error });
  } else {
    operation.nodes.mark(existing, 'Error', error);
  }
  return { kind: 'error', error };
}

function newNode(use: TemplateUse) {
  const { nodeName: name, templateName, boundary, hooked = false } = use;
  return { name, templateName, boundary, hooked };
}
