import { parse } from 'yaml';
import { isJsonObject } from '../../common/json.js';
import type { OutputParameter, Template } from '../../workflow/workflow.js';
import type { Node } from './node.js';
import type { Operation, TemplateOutcome } from './operation.js';

type Start = (type: Node['type'], phase: 'Pending') => Node;

/**
 * The node of a template that Argo would run and a walk does not: a pod, an HTTP call, a pause. It succeeds at the
 * next pass with what its outputs declare as defaults. A pod spec patch that Argo could not apply is an error.
 */
export function executeUnrun(operation: Operation, template: Template, start: Start): TemplateOutcome {
  const node = start(nodeType(template), 'Pending');
  if (operation.unrunNodes.includes(node)) {
    return { kind: 'node', node };
  }
  if (!isPatch(template.podSpecPatch)) {
    return { kind: 'error', error: 'Error applying PodSpecPatch: it is no JSON or YAML object' };
  }
  node.outputs = defaultOutputs(template);
  operation.unrunNodes.push(node);
  addContainers(operation, node, template);
  return { kind: 'node', node };
}

function nodeType(template: Template): Node['type'] {
  if ('http' in template) {
    return 'HTTP';
  }
  return 'suspend' in template ? 'Suspend' : 'Pod';
}

function isPatch(patch: string | undefined): boolean {
  if (patch === undefined || patch.trim() === '') {
    return true;
  }
  try {
    return isJsonObject(JSON.parse(patch));
  } catch {
    return isYamlObject(patch);
  }
}

function isYamlObject(patch: string): boolean {
  try {
    return isJsonObject(parse(patch, { logLevel: 'silent' }));
  } catch {
    return false;
  }
}

function defaultOutputs(template: Template): Node['outputs'] {
  const parameters = (template.outputs.parameters ?? []).flatMap(({ name, valueFrom }): OutputParameter[] =>
    valueFrom?.default === undefined ? [] : [{ name, value: valueFrom.default }],
  );
  return parameters.length === 0 ? undefined : { parameters };
}

function addContainers(operation: Operation, pod: Node, template: Template): void {
  const containers = template.containerSet?.containers ?? [];
  const nodes = new Map(
    containers.map(({ name }) => [
      name,
      operation.nodes.add({
        name: `${pod.name}.${name}`,
        type: 'Container',
        templateName: pod.templateName,
        boundary: pod,
        phase: 'Pending',
        retried: pod.retried,
        hooked: pod.hooked,
      }),
    ]),
  );
  for (const { name, dependencies = [] } of containers) {
    const node = nodes.get(name);
    const parents = dependencies.length === 0 ? [pod] : dependencies.map((parent) => nodes.get(parent));
    for (const parent of parents) {
      if (parent !== undefined && node !== undefined) {
        operation.nodes.addChild(parent, node);
      }
    }
  }
  operation.unrunNodes.push(...nodes.values());
}
