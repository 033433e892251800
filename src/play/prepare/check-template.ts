import { errorText } from '../../common/error-text.js';
import { isJsonObject, type Json, type JsonObject, listOf } from '../../common/json.js';
import { templateKinds } from '../../workflow/template-kinds.js';
import type { DagTemplate } from '../../workflow/workflow.js';
import { checkCall, checkParameter } from './check-call.js';
import { planDag } from './dag-plan.js';
import { expectOnly, refuse } from './refusal.js';

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

/** Throws an Error of one sentence for anything in a template that a walk could not follow as Argo would. */
export function checkTemplate(template: JsonObject, names: ReadonlySet<string>): void {
  const where = `template ${template['name']}`;
  const own = templateKinds.filter((kind) => template[kind] !== undefined);
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
      checkCall(step, [], names, `a step of ${where}`);
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

function checkRetry(strategy: Json | undefined, where: string): void {
  if (isJsonObject(strategy)) {
    expectOnly(strategy, ['limit', 'retryPolicy', 'backoff', 'affinity'], `the retryStrategy of ${where}`);
  }
}

function checkDag(dag: JsonObject, names: ReadonlySet<string>, where: string): void {
  expectOnly(dag, ['tasks', 'target', 'failFast'], `the DAG of ${where}`);
  for (const task of listOf(dag['tasks'])) {
    checkCall(task, ['depends', 'dependencies'], names, `a task of ${where}`);
  }
  try {
    planDag(asDag({ ...dag, tasks: listOf(dag['tasks']) }));
  } catch (error) {
    refuse(`in ${where}, ${errorText(error)}`);
  }
}

/** Each task's members have been checked by now; TypeScript cannot follow that through JSON. */
function asDag(dag: object): DagTemplate {
  return dag as DagTemplate;
}
