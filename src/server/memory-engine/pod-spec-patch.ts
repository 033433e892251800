import type { JsonObject } from '../../common/json.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { at, type Json } from './parse-spec.js';

/**
 * A pod spec patch of the shape that KFP's driver writes
 * (https://github.com/kubeflow/pipelines/blob/master/backend/src/v2/driver/container.go): the launcher in front, the
 * user's command behind its `--`. Inputs are not resolved and no artifact is named: the pod would not work.
 */
export function toPodSpecPatch(
  request: ExecuteRequest__Output,
  container: JsonObject | undefined,
  executionId: string,
): string {
  const main = {
    name: 'main',
    image: at(container, 'image'),
    command: launcherCommand(request, executionId),
    args: container === undefined ? undefined : [...texts(container, 'command'), ...texts(container, 'args')],
    env: toEnv(container),
    resources: toResources(at(container, 'resources')),
  };
  return JSON.stringify({ containers: [main] });
}

/** The addresses are this server's business and made up: the request's are by an untrusted author. */
function launcherCommand(request: ExecuteRequest__Output, executionId: string): string[] {
  const namespace = request.workflow?.namespace ?? '';
  const { parent_task_id: parentTaskId } = request;
  const mlmd = ['--mlmd_server_address', `metadata-grpc-service.${namespace}`, '--mlmd_server_port', '8080'];
  return [
    '/kfp-launcher/launch',
    ...['--executor_type', 'container'],
    ...['--pipeline_name', request.pipeline_name ?? ''],
    ...['--run_id', request.run_id ?? ''],
    ...[parentTaskId === undefined ? '--execution_id' : '--task_id', executionId],
    ...['--executor_input', '{}'],
    ...['--component_spec', request.component ?? '{}'],
    ...['--pod_name', '$(KFP_POD_NAME)'],
    ...['--pod_uid', '$(KFP_POD_UID)'],
    ...['--ml_pipeline_server_address', `ml-pipeline.${namespace}`],
    ...['--ml_pipeline_server_port', '8887'],
    ...(parentTaskId === undefined ? mlmd : []),
    ...['--publish_logs', 'true'],
    `--cache_disabled=${request.cache_disabled ?? false}`,
    '--',
  ];
}

function texts(container: JsonObject, name: 'command' | 'args'): Json[] {
  const list = at(container, name);
  return Array.isArray(list) ? list : [];
}

function toEnv(container: JsonObject | undefined): Json {
  const env = at(container, 'env');
  return Array.isArray(env) && env.length > 0 ? env : undefined;
}

/** PipelineContainerSpec.ResourceSpec, its newer text fields and the older numbers (CPUs, gigabytes) alike. */
function toResources(spec: Json): JsonObject {
  const limits = quantities(spec, 'Limit');
  const requests = quantities(spec, 'Request');
  const type = at(spec, 'accelerator', 'resourceType') ?? at(spec, 'accelerator', 'type');
  const count = at(spec, 'accelerator', 'resourceCount') ?? at(spec, 'accelerator', 'count');
  if (isQuantity(type) && isQuantity(count)) {
    limits[String(type)] = String(count);
  }
  return {
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(requests).length > 0 && { requests }),
  };
}

function quantities(spec: Json, kind: 'Limit' | 'Request'): Record<string, string> {
  const cpu = at(spec, `resourceCpu${kind}`) ?? at(spec, `cpu${kind}`);
  const memory = at(spec, `resourceMemory${kind}`);
  const gigabytes = at(spec, `memory${kind}`);
  const found: Record<string, string> = {};
  if (isQuantity(cpu)) {
    found['cpu'] = String(cpu);
  }
  if (isQuantity(memory)) {
    found['memory'] = String(memory);
  } else if (isQuantity(gigabytes)) {
    found['memory'] = `${gigabytes}G`;
  }
  return found;
}

/** A placeholder such as `{{$.inputs.parameters['cpu']}}` is no quantity yet. */
function isQuantity(value: Json): boolean {
  return typeof value === 'number' || (typeof value === 'string' && !value.includes('{{'));
}
