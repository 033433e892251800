import { isJsonObject, type Json, type JsonObject, listOf, objectOf } from '../common/json.js';
import { templateKinds } from '../workflow/template-kinds.js';
import { isArguments } from './template-calls.js';

/** Deepest nesting of objects and lists that is converted. Kubernetes' own decoder ends at 10,000. */
const deepestNesting = 500;

/** Why it is nested too deeply to be looked at, one sentence; none where it is not. Asked before anything else may recurse. */
export function faultsOfNesting(workflow: JsonObject): readonly string[] {
  return isDeeperThan(workflow, deepestNesting)
    ? [`it nests objects and lists deeper than ${deepestNesting} levels`]
    : [];
}

/** Why a workflow cannot be converted, whatever its drivers look like; one sentence each. */
export function faultsOfWorkflow(workflow: JsonObject): readonly string[] {
  const apiVersion = workflow['apiVersion'];
  if (workflow['kind'] !== 'Workflow' || (apiVersion !== undefined && !isArgo(apiVersion))) {
    return ['it is no Argo Workflow (kind: Workflow)'];
  }
  const spec = objectOf(workflow['spec']);
  return [...faultsOfStatus(objectOf(workflow['status'])), ...faultsOfSpec(spec), ...faultsOfArguments(spec)];
}

function isArgo(apiVersion: Json): boolean {
  return typeof apiVersion === 'string' && apiVersion.startsWith('argoproj.io/');
}

/** Clients write an empty status with every new workflow; only these members say that it has run. */
function faultsOfStatus(status: JsonObject): readonly string[] {
  const { phase, nodes, compressedNodes, offloadNodeStatusVersion } = status;
  if (typeof phase === 'string' && phase !== '') {
    return [`it has run: its status has the phase ${/^\w{1,20}$/.test(phase) ? phase : '(unreadable)'}`];
  }
  const hasNodes = Object.keys(objectOf(nodes)).length > 0;
  return hasNodes || isText(compressedNodes) || isText(offloadNodeStatusVersion)
    ? ['it has run: its status has nodes']
    : [];
}

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== '';
}

function faultsOfSpec(spec: JsonObject): readonly string[] {
  if (isJsonObject(spec['workflowTemplateRef'])) {
    return ['its templates stand in a WorkflowTemplate (spec.workflowTemplateRef)'];
  }
  const templates = spec['templates'];
  if (!Array.isArray(templates) || !templates.every(isNamed)) {
    return ['spec.templates is no list of templates with names'];
  }
  const names = new Set<string>();
  const twice = templates.find(({ name }) => names.size === names.add(name).size)?.name;
  const defaults = templateKinds.filter(
    (kind) => (objectOf(spec['templateDefaults'])[kind] ?? null) !== null,
  );
  return [
    ...(twice === undefined ? [] : [`two of its templates have the name ${twice}`]),
    ...defaults.map((kind) => `spec.templateDefaults gives every template a ${kind}`),
    ...templates.flatMap(faultsOfInline),
  ];
}

function isNamed(template: Json): template is JsonObject & { readonly name: string } {
  return isJsonObject(template) && isText(template['name']);
}

function faultsOfInline(template: JsonObject & { readonly name: string }): readonly string[] {
  const hasInline = tasksOf(template).some((task) => isJsonObject(objectOf(task)['inline']));
  return hasInline ? [`template ${template.name} has inline templates`] : [];
}

function tasksOf(template: JsonObject): readonly Json[] {
  return [...listOf(objectOf(template['dag'])['tasks']), ...listOf(template['steps']).flatMap(listOf)];
}

function faultsOfArguments(spec: JsonObject): readonly string[] {
  return isArguments(spec['arguments'] ?? {}) ? [] : ['spec.arguments.parameters is no list of parameters'];
}

/** Without recursion. */
function isDeeperThan(value: Json, most: number): boolean {
  let level: readonly object[] = typeof value === 'object' && value !== null ? [value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > most) {
      return true;
    }
    const next: object[] = [];
    for (const item of level) {
      // Much faster for the many small objects of a workflow than lists of their values.
      for (const key in item) {
        const inside: unknown = item[key as keyof typeof item];
        if (typeof inside === 'object' && inside !== null) {
          next.push(inside);
        }
      }
    }
    level = next;
  }
  return false;
}
