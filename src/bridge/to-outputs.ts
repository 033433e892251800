import type { DeclaredOutput } from '../argo/parse-execute-template.js';
import type { Parameter } from '../argo/reply.js';
import type { DriverType } from '../contract/driver-type.js';
import type { ExecuteResponse__Output } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';

const dagDefaults = { 'iteration-count': '0', condition: 'nil' };

/** What KFP's driver writes where it has nothing to say: https://github.com/kubeflow/pipelines/tree/master/backend/src/v2/cmd/driver */
const kfpDefaults: Readonly<Record<DriverType, Readonly<Record<string, string>>>> = {
  ROOT_DAG: dagDefaults,
  DAG: dagDefaults,
  CONTAINER: { 'pod-spec-patch': '', 'cached-decision': 'false', condition: 'nil' },
};

/**
 * Turns the driver's answer into Argo's outputs: what the template declares (from the driver, else KFP's default,
 * else the template's own), then what the driver returned beyond that. `missing` names the declared outputs that
 * nothing defines: Argo applies no defaults to plugin nodes, and would wait for them for ever. Pure.
 */
export function toOutputs(
  type: DriverType,
  declared: readonly DeclaredOutput[],
  response: ExecuteResponse__Output,
): { readonly parameters: readonly Parameter[]; readonly missing: readonly string[] } {
  const returned = returnedOutputs(response);
  const parameters = new Map<string, Parameter>();
  const missing: string[] = [];
  for (const { name, fallback, globalName } of declared) {
    const value = returned.get(name) ?? kfpDefault(type, name) ?? fallback;
    if (value === undefined) {
      missing.push(name);
    } else {
      parameters.set(name, globalName === undefined ? { name, value } : { name, value, globalName });
    }
  }
  for (const [name, value] of returned) {
    if (!parameters.has(name)) {
      parameters.set(name, { name, value });
    }
  }
  return { parameters: [...parameters.values()], missing };
}

function kfpDefault(type: DriverType, name: string): string | undefined {
  return Object.hasOwn(kfpDefaults[type], name) ? kfpDefaults[type][name] : undefined;
}

/** A typed field wins over an extra output of the same name. */
function returnedOutputs(response: ExecuteResponse__Output): Map<string, string> {
  const outputs = new Map(Object.entries(response.extra_outputs ?? {}));
  const typed: Readonly<Record<string, string | number | boolean | undefined>> = {
    'execution-id': response.execution_id,
    'task-id': response.task_id,
    'iteration-count': response.iteration_count,
    condition: response.condition,
    'cached-decision': response.cached,
    'pod-spec-patch': response.pod_spec_patch,
  };
  for (const [name, value] of Object.entries(typed)) {
    if (value !== undefined) {
      outputs.set(name, String(value));
    }
  }
  return outputs;
}
