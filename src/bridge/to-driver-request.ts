import type { Argument, PluginTemplate } from '../argo/parse-execute-template.js';
import { type ArgumentFault, missingArguments, readArguments } from '../contract/arguments/read-arguments.js';
import { type DriverType, driverTypeNames, driverTypes } from '../contract/driver-type.js';
import type { ExecuteRequest } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { describeFaults } from './describe-faults.js';

/** A driver request that lacks only its request_id, and the facts of it that logs and outputs need. */
export interface DriverRequest {
  readonly type: DriverType;
  readonly taskName: string;
  /** Name of the Argo node, where the template says it. */
  readonly nodeName: string | undefined;
  /** The execution of the DAG that the task stands in; a root driver has none. */
  readonly dagExecutionId: string | undefined;
  readonly message: Omit<ExecuteRequest, 'request_id'>;
}

/** A driver request, or one sentence for each thing that is wrong with the arguments. */
export interface ConvertedTemplate {
  readonly request: DriverRequest | undefined;
  readonly faults: readonly string[];
}

/** Turns a template's arguments into a driver request. Pure. */
export function toDriverRequest(template: PluginTemplate): ConvertedTemplate {
  const given = givenOf(template.arguments);
  const faults: ArgumentFault[] = [];
  const type = readType(given.get('type'), faults);
  checkNamespace(given.get('namespace'), template.workflow.namespace, faults);
  const { fields, untrustedOverrides, extraArgs } = readArguments(given, faults);
  if (type !== undefined) {
    faults.push(...missingArguments(type, (name) => given.get(name)?.value));
  }
  if (type === undefined || faults.length > 0) {
    return { request: undefined, faults: describeFaults(faults) };
  }
  const { name, namespace, uid } = template.workflow;
  // Not by a spread, which takes 2 us of each task: of so many properties V8 may make a shape for each object.
  const message: DriverRequest['message'] = Object.assign(fields, {
    workflow: { name, namespace, uid },
    type: driverTypes[type],
    extra_args: extraArgs,
  });
  if (Object.keys(untrustedOverrides).length > 0) {
    message.untrusted_overrides = untrustedOverrides;
  }
  const { task_name: taskName = '', node_name: nodeName } = fields;
  const dagExecutionId = fields.dag_execution_id ?? fields.parent_task_id;
  const request = {
    type,
    taskName: String(taskName),
    nodeName: nodeName === undefined ? undefined : String(nodeName),
    dagExecutionId: dagExecutionId === undefined ? undefined : String(dagExecutionId),
    message,
  };
  return { request, faults: [] };
}

/** Null counts as absent, so that it cannot be confused with "". */
function givenOf(all: PluginTemplate['arguments']): ReadonlyMap<string, Argument> {
  const given = new Map<string, Argument>();
  for (const [name, argument] of all) {
    if (argument.value !== null) {
      given.set(name, argument);
    }
  }
  return given;
}

function readType(argument: Argument | undefined, faults: ArgumentFault[]): DriverType | undefined {
  const type = driverTypeNames.find((name) => name === argument?.value);
  if (type === undefined) {
    faults.push({ argument: 'type', fault: 'must be ROOT_DAG, DAG or CONTAINER' });
  }
  return type;
}

function checkNamespace(argument: Argument | undefined, namespace: string, faults: ArgumentFault[]): void {
  if (argument === undefined || argument.value === namespace) {
    return;
  }
  faults.push({
    argument: 'namespace',
    fault: 'contradicts the namespace of the workflow: leave it out',
  });
}
