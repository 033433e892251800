import type { Argument, PluginTemplate } from '../argo/parse-execute-template.js';
import { type DriverType, driverTypeNames, driverTypes } from '../contract/driver-type.js';
import type { ExecuteRequest } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { type ArgumentFault, describeFaults } from './describe-faults.js';
import {
  type ArgumentKind,
  envelopeArguments,
  fieldNames,
  kfp3Requirements,
  mayBeEmpty,
  mlmdRequirements,
  outputPathArguments,
  overrideArguments,
  requestArguments,
} from './driver-arguments.js';
import { readArgument, readUnknownArgument } from './read-argument.js';

/** A driver request that lacks only its request_id, and the facts of it that logs and outputs need. */
export interface DriverRequest {
  readonly type: DriverType;
  readonly taskName: string;
  /** Name of the Argo node, where the template says it. */
  readonly nodeName: string | undefined;
  readonly message: Omit<ExecuteRequest, 'request_id'>;
}

/** A driver request, or one sentence for each thing that is wrong with the arguments. */
export interface ConvertedTemplate {
  readonly request: DriverRequest | undefined;
  readonly faults: readonly string[];
}

/** Turns a template's arguments into a driver request. Pure. */
export function toDriverRequest(template: PluginTemplate): ConvertedTemplate {
  // Null counts as absent, so that it cannot be confused with "".
  const given = new Map([...template.arguments].filter(([, { value }]) => value !== null));
  const faults: ArgumentFault[] = [];
  const type = readType(given.get('type'), faults);
  checkNamespace(given.get('namespace'), template.workflow.namespace, faults);
  const fields = readFields(requestArguments, given, faults);
  const untrusted_overrides = readFields(overrideArguments, given, faults);
  const extraArgs = readExtraArguments(given, faults);
  if (type !== undefined) {
    checkRequired(type, given, faults);
  }
  if (type === undefined || faults.length > 0) {
    return { request: undefined, faults: describeFaults(faults) };
  }
  const { name, namespace, uid } = template.workflow;
  const message = {
    workflow: { name, namespace, uid },
    type: driverTypes[type],
    ...fields,
    ...(Object.keys(untrusted_overrides).length > 0 && { untrusted_overrides }),
    extra_args: extraArgs,
  };
  const { task_name: taskName = '', node_name: nodeName } = fields;
  const request = {
    type,
    taskName: String(taskName),
    nodeName: nodeName === undefined ? undefined : String(nodeName),
    message,
  };
  return { request, faults: [] };
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

type Fields = Record<string, string | number | boolean>;

function readFields(
  kinds: Readonly<Record<string, ArgumentKind>>,
  given: ReadonlyMap<string, Argument>,
  faults: ArgumentFault[],
): Fields {
  const fields: Fields = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const argument = given.get(name);
    if (argument === undefined) {
      continue;
    }
    const read = readArgument(kind, argument);
    if ('fault' in read) {
      faults.push({ argument: name, fault: read.fault });
    } else {
      fields[fieldOf(name)] = read.value;
    }
  }
  return fields;
}

function readExtraArguments(
  given: ReadonlyMap<string, Argument>,
  faults: ArgumentFault[],
): Record<string, string> {
  const known = [requestArguments, overrideArguments].flatMap((kinds) => Object.keys(kinds));
  const handled = new Set([...known, ...envelopeArguments, ...outputPathArguments]);
  const extra: [string, string][] = [];
  for (const [name, argument] of given) {
    if (handled.has(name)) {
      continue;
    }
    const read = readUnknownArgument(argument);
    if (read === undefined) {
      continue;
    }
    if ('fault' in read) {
      faults.push({ argument: name, fault: read.fault });
    } else if (!name.isWellFormed()) {
      faults.push({ argument: name, fault: 'has a lone surrogate in its name' });
    } else {
      extra.push([name, String(read.value)]);
    }
  }
  // fromEntries makes own properties, "__proto__" too.
  return Object.fromEntries(extra);
}

function fieldOf(argument: string): string {
  return fieldNames.get(argument) ?? argument;
}

/** parent_task_id marks the KFP 3.0 dialect, which has no component. */
function checkRequired(
  type: DriverType,
  given: ReadonlyMap<string, Argument>,
  faults: ArgumentFault[],
): void {
  const requirements = given.has('parent_task_id') ? kfp3Requirements : mlmdRequirements;
  for (const name of requirements[type]) {
    const value = given.get(name)?.value;
    if (value === undefined) {
      faults.push({ argument: name, fault: `is missing: ${type} needs it` });
    } else if (value === '' && !mayBeEmpty.includes(name)) {
      faults.push({ argument: name, fault: `is empty: ${type} needs it` });
    }
  }
}
