import { isJsonObject, type Json, type JsonObject } from '../json.js';
import { planDag } from './dag-plan.js';
import { expectOnly, expectText, refuse } from './refusal.js';
import type { DagTemplate } from './workflow.js';

const kinds = [
  'container',
  'containerSet',
  'dag',
  'data',
  'http',
  'plugin',
  'resource',
  'script',
  'steps',
  'suspend',
];

const followed = ['name', 'inputs', 'outputs', 'metadata', 'parallelism', 'podSpecPatch', 'retryStrategy'];

/** What concerns pods only; in a plugin template it travels in the body. */
const immaterial = [
  'activeDeadlineSeconds',
  'affinity',
  'annotations',
  'archiveLocation',
  'automountServiceAccountToken',
  'executor',
  'hostAliases',
  'initContainers',
  'metrics',
  'nodeSelector',
  'podSecurityContext',
  'priority',
  'priorityClassName',
  'schedulerName',
  'securityContext',
  'serviceAccountName',
  'sidecars',
  'tolerations',
  'volumes',
];

const callMembers = [
  'arguments',
  'continueOn',
  'hooks',
  'name',
  'onExit',
  'template',
  'when',
  'withItems',
  'withParam',
  'withSequence',
];

/** Throws an Error of one sentence for anything in a template that a walk could not follow as Argo would. */
export function checkTemplate(template: JsonObject, names: ReadonlySet<string>): void {
  const where = `template ${template['name']}`;
  const own = kinds.filter((kind) => template[kind] !== undefined);
  if (own.length !== 1) {
    refuse(`${where} is of ${own.length === 0 ? 'no kind' : own.join(' and ')}, where one kind is expected`);
  }
  expectOnly(template, [...followed, ...immaterial, ...own], where);
  checkInputs(template, where);
  checkRetry(template['retryStrategy'], where);
  if (isJsonObject(template['dag'])) {
    checkDag(template['dag'], names, where);
  }
  for (const group of listOf(template['steps'])) {
    for (const step of listOf(group)) {
      checkCall(step, callMembers, names, `a step of ${where}`);
    }
  }
}

function checkInputs(template: JsonObject, where: string): void {
  const isPod =
    template['dag'] === undefined && template['steps'] === undefined && template['plugin'] === undefined;
  for (const side of ['inputs', 'outputs']) {
    const members = template[side];
    if (isJsonObject(members) && !isPod && listOf(members['artifacts']).length > 0) {
      refuse(`${where} has artifacts among its ${side}, which are not followed here`);
    }
    for (const parameter of isJsonObject(members) ? listOf(members['parameters']) : []) {
      checkParameter(parameter, where);
    }
  }
}

function checkParameter(parameter: Json, where: string): void {
  // An unquoted y or n is a boolean in Kubernetes' YAML, and easily meant as a name.
  expectText(isJsonObject(parameter) ? parameter['name'] : undefined, `the name of a parameter of ${where}`);
  const valueFrom = isJsonObject(parameter) ? parameter['valueFrom'] : undefined;
  for (const source of ['configMapKeyRef', 'expression', 'event']) {
    if (isJsonObject(valueFrom) && valueFrom[source] !== undefined) {
      const name = isJsonObject(parameter) ? parameter['name'] : '';
      refuse(`parameter ${name} of ${where} takes its value from ${source}, which is not followed here`);
    }
  }
}

function checkRetry(strategy: Json | undefined, where: string): void {
  if (isJsonObject(strategy)) {
    expectOnly(strategy, ['limit', 'retryPolicy', 'backoff', 'affinity'], `the retryStrategy of ${where}`);
  }
}

function checkDag(dag: JsonObject, names: ReadonlySet<string>, where: string): void {
  expectOnly(dag, ['tasks', 'target', 'failFast'], `the DAG of ${where}`);
  for (const task of listOf(dag['tasks'])) {
    checkCall(task, [...callMembers, 'depends', 'dependencies'], names, `a task of ${where}`);
  }
  try {
    planDag(asDag({ ...dag, tasks: listOf(dag['tasks']) }));
  } catch (error) {
    refuse(`in ${where}, ${error instanceof Error ? error.message : error}`);
  }
}

/** Each task's members have been checked by now; TypeScript cannot follow that through JSON. */
function asDag(dag: object): DagTemplate {
  return dag as DagTemplate;
}

function checkCall(call: Json, known: readonly string[], names: ReadonlySet<string>, kind: string): void {
  if (!isJsonObject(call)) {
    refuse(`${kind} is no object`);
  }
  const where = `${kind.replace(/^a /, `the ${call['name']} `)}`;
  expectText(call['name'], `the name of ${kind}`);
  expectOnly(call, known, where);
  const hooks = isJsonObject(call['hooks']) ? call['hooks'] : {};
  for (const [name, hook] of Object.entries(hooks)) {
    if (name !== 'exit' || !isJsonObject(hook) || hook['expression'] !== undefined) {
      refuse(`${where} has the hook ${name} with an expression, and only plain exit hooks are followed here`);
    }
  }
  for (const one of [call, hooks['exit']]) {
    checkArguments(isJsonObject(one) ? one['arguments'] : undefined, where);
  }
  const hook = isJsonObject(hooks['exit']) ? hooks['exit']['template'] : call['onExit'];
  for (const name of [expectText(call['template'], `the template of ${where}`), hook]) {
    if (name !== undefined && !names.has(String(name))) {
      refuse(`${where} calls the template ${name}, which does not exist`);
    }
  }
}

function checkArguments(args: Json | undefined, where: string): void {
  if (!isJsonObject(args)) {
    return;
  }
  if (listOf(args['artifacts']).length > 0) {
    refuse(`${where} has artifacts among its arguments, which are not followed here`);
  }
  for (const parameter of listOf(args['parameters'])) {
    checkParameter(parameter, where);
  }
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
