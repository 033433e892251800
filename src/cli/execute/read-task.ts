import type { MessageTypeDefinition } from '@grpc/proto-loader';
import {
  type DeclaredOutput,
  type PluginTemplate,
  parseExecuteTemplate,
  type WorkflowMetadata,
} from '../../argo/parse-execute-template.js';
import { type DriverRequest, toDriverRequest } from '../../bridge/to-driver-request.js';
import { errorText } from '../../common/error-text.js';
import { isJsonObject, type JsonObject } from '../../common/json.js';
import { type DriverType, driverTypeFromWire } from '../../contract/driver-type.js';
import { loadContract } from '../../contract/service-definition.js';

/** What is sent, and the template whose outputs come back. */
export interface Task {
  readonly template: PluginTemplate;
  readonly request: DriverRequest;
  /** Of the file, where it names one. */
  readonly requestId: string | undefined;
}

/** A file that makes no request: one sentence each. */
export interface FaultyTask {
  readonly faults: readonly string[];
}

/**
 * Reads the text of a request file: kfp.driver.v1.ExecuteRequest as JSON, the body that Argo's agent POSTs, or its
 * template alone, which then belongs to `workflow`.
 */
export function readTask(text: string, workflow: WorkflowMetadata): Task | FaultyTask {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { faults: [`it is not valid JSON: ${errorText(error)}`] };
  }
  if (!isJsonObject(value)) {
    return { faults: ['it must be a JSON object'] };
  }
  if (isJsonObject(value['template'])) {
    return readTemplate(text, value['template']);
  }
  if ('plugin' in value) {
    // The text itself, in which every argument is as it was written.
    return readTemplate(`{"workflow":${JSON.stringify({ metadata: workflow })},"template":${text}}`, value);
  }
  if ('type' in value) {
    return readRequest(value);
  }
  return {
    faults: [
      'it must be an ExecuteRequest (with "type"), a body of Argo\'s agent (with "template") or a template (with "plugin")',
    ],
  };
}

function readTemplate(body: string, template: JsonObject): Task | FaultyTask {
  const plugin = isJsonObject(template['plugin']) ? template['plugin'] : {};
  const [pluginKey = 'driver-plugin'] = Object.keys(plugin);
  const parsed = parseExecuteTemplate(body, pluginKey);
  if (parsed.kind === 'not-ours') {
    return { faults: ['template.plugin must be an object with one key, the name of the plugin'] };
  }
  const converted = toDriverRequest(parsed.template);
  const faults = [...parsed.faults, ...converted.faults];
  return converted.request === undefined || faults.length > 0
    ? { faults }
    : { template: parsed.template, request: converted.request, requestId: undefined };
}

/** The outputs that KFP's compiler declares for each driver: https://github.com/kubeflow/pipelines/tree/master/backend/src/v2/compiler/argocompiler */
const declaredOutputs: Readonly<Record<DriverType, readonly string[]>> = {
  ROOT_DAG: ['execution-id', 'iteration-count', 'condition'],
  DAG: ['execution-id', 'iteration-count', 'condition'],
  CONTAINER: ['pod-spec-patch', 'cached-decision', 'condition'],
};

function readRequest(value: JsonObject): Task | FaultyTask {
  const type = driverTypeFromWire(value['type']);
  const known = fieldNames();
  const faults = Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => `field ${JSON.stringify(name)} is not one of kfp.driver.v1.ExecuteRequest`);
  if (type === undefined) {
    faults.push('field "type" must be DRIVER_TYPE_ROOT_DAG, DRIVER_TYPE_DAG or DRIVER_TYPE_CONTAINER');
  }
  if (type === undefined || faults.length > 0) {
    return { faults };
  }
  const { request_id: requestId, ...message } = value;
  const taskName = String(value['task_name'] ?? '');
  const outputs: DeclaredOutput[] = declaredOutputs[type].map((name) => ({
    name,
    fallback: '',
    globalName: undefined,
  }));
  return {
    template: {
      workflow: { name: '', namespace: '', uid: '' },
      templateName: 'ExecuteRequest',
      arguments: new Map(),
      declaredOutputs: outputs,
      canonical: '',
    },
    request: { type, taskName, nodeName: undefined, dagExecutionId: undefined, message },
    requestId: typeof requestId === 'string' && requestId !== '' ? requestId : undefined,
  };
}

function fieldNames(): readonly string[] {
  const definition = loadContract()['kfp.driver.v1.ExecuteRequest'] as MessageTypeDefinition<object, object>;
  const { field } = definition.type as { readonly field: readonly { readonly name: string }[] };
  return field.map(({ name }) => name);
}
