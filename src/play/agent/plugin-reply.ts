import { parseGoDurationMs } from '../../common/go-duration.js';
import { isJsonObject, type JsonObject } from '../../common/json.js';
import { anyString } from '../../workflow/go-text.js';
import type { OutputParameter, Outputs } from '../../workflow/workflow.js';
import { decodeFirstJson } from './decode-first-json.js';

/** What a plugin said about a node. Members that it left out keep their former value in Argo. */
export interface NodeResult {
  readonly phase: string;
  readonly message?: string;
  readonly outputs?: Partial<Outputs>;
}

export interface PluginReply {
  /** Absent: the template is not this plugin's. */
  readonly node?: NodeResult;
  /** When to ask again; absent, zero or less: never. */
  readonly requeueMs?: number;
}

/** Reads a reply of status 200. Throws TruncatedJson, or an Error with the text that Go's decoder gives. */
export function readPluginReply(text: string): PluginReply {
  const value = decodeFirstJson(text);
  if (value === null) {
    return {};
  }
  const reply = expectObject(value, 'executor.ExecuteTemplateReply');
  const requeue = reply['requeue'] ?? null;
  if (requeue !== null && typeof requeue !== 'string') {
    throw new Error(`json: cannot unmarshal ${kindOf(requeue)} into Go value of type string`);
  }
  const requeueMs = requeue === null ? 0 : parseGoDurationMs(requeue);
  const node = reply['node'] ?? null;
  return {
    ...(node === null ? {} : { node: readNode(expectObject(node, 'v1alpha1.NodeResult')) }),
    ...(requeueMs > 0 ? { requeueMs } : {}),
  };
}

function readNode(node: JsonObject): NodeResult {
  const outputs = node['outputs'] ?? null;
  const message = optionalText(node, 'message');
  return {
    phase: optionalText(node, 'phase') ?? '',
    ...(message ? { message } : {}),
    ...(outputs === null ? {} : { outputs: readOutputs(expectObject(outputs, 'v1alpha1.Outputs')) }),
  };
}

function readOutputs(outputs: JsonObject): Partial<Outputs> {
  const parameters = outputs['parameters'] ?? null;
  const result = optionalText(outputs, 'result');
  const exitCode = optionalText(outputs, 'exitCode');
  if (parameters !== null && !Array.isArray(parameters)) {
    throw new Error(
      `json: cannot unmarshal ${kindOf(parameters)} into Go value of type []v1alpha1.Parameter`,
    );
  }
  return {
    ...(parameters === null || parameters.length === 0 ? {} : { parameters: parameters.map(readParameter) }),
    ...(result === undefined ? {} : { result }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

function readParameter(parameter: unknown): OutputParameter {
  const read = expectObject(parameter, 'v1alpha1.Parameter');
  const value = anyString(read['value']);
  const globalName = optionalText(read, 'globalName');
  return {
    name: optionalText(read, 'name') ?? '',
    ...(value === undefined ? {} : { value }),
    ...(globalName === undefined ? {} : { globalName }),
  };
}

function optionalText(object: JsonObject, key: string): string | undefined {
  const value = object[key] ?? null;
  if (value !== null && typeof value !== 'string') {
    throw new Error(`json: cannot unmarshal ${kindOf(value)} into Go struct field .${key} of type string`);
  }
  return value?.toWellFormed();
}

function expectObject(value: unknown, goType: string): JsonObject {
  if (!isJsonObject(value)) {
    throw new Error(`json: cannot unmarshal ${kindOf(value)} into Go value of type ${goType}`);
  }
  return value;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) {
    return 'array';
  }
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
