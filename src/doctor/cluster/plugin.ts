import { parse } from 'yaml';
import { errorText } from '../../common/error-text.js';
import { isJsonObject, type JsonObject } from '../../common/json.js';
import { StatusError } from '../../contract/status-error.js';
import type { KubernetesApi } from '../kubernetes/kubernetes-api.js';
import { keysAt, textAt } from '../kubernetes/read-object.js';
import type { Scope } from '../scope.js';
import { type ContainerEnvironment, readEnvironment } from './environment.js';

/** Name that `argo executor-plugin build` gives the ConfigMap of the plugin driver-plugin. */
export const configMapName = 'driver-plugin-executor-plugin';
const containerKey = 'sidecar.container';

/** The plugin's ConfigMap that workflows of the namespace get. */
export interface Plugin {
  /** Where it lies. */
  readonly namespace: string;
  readonly configMap: JsonObject;
}

/** The sidecar as that ConfigMap describes it. */
export interface PluginContainer {
  readonly namespace: string;
  readonly container: JsonObject;
  /** Its environment in an agent pod of the namespace. */
  readonly environment: ContainerEnvironment;
}

/** Namespaces from which Argo takes plugins for a workflow, the workflow's own first. */
export function pluginNamespaces({ namespace, controllerNamespace }: Scope): string[] {
  return [...new Set([namespace, controllerNamespace])];
}

export function configMapPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps/${configMapName}`;
}

/** Rejects with NOT_FOUND where neither namespace has it. */
export async function findPlugin(api: KubernetesApi, scope: Scope): Promise<Plugin> {
  const namespaces = pluginNamespaces(scope);
  for (const namespace of namespaces) {
    const configMap = await api.find(configMapPath(namespace));
    if (configMap !== undefined) {
      return { namespace, configMap };
    }
  }
  throw new StatusError('NOT_FOUND', `there is no ConfigMap ${configMapName} in ${namespaces.join(' or ')}`);
}

/** Reads the container as Argo does. Rejects with FAILED_PRECONDITION where Argo could not. */
export function readPluginContainer({ namespace, configMap }: Plugin, scope: Scope): PluginContainer {
  const where = `ConfigMap ${namespace}/${configMapName}`;
  const text = textAt(configMap, 'data', containerKey);
  if (text === undefined) {
    const keys = keysAt(configMap, 'data');
    throw new StatusError(
      'FAILED_PRECONDITION',
      `${where} has no key ${containerKey}, where Argo looks: it has ${keys.length === 0 ? 'none' : keys.join(', ')}`,
    );
  }
  const container = parseContainer(text, where);
  return { namespace, container, environment: readEnvironment(container, scope.namespace) };
}

function parseContainer(text: string, where: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = parse(text, { version: '1.1', logLevel: 'error' });
  } catch (error) {
    const [firstLine] = errorText(error).split('\n');
    throw new StatusError('FAILED_PRECONDITION', `${where}: ${containerKey} is no YAML: ${firstLine}`);
  }
  if (!isJsonObject(parsed)) {
    throw new StatusError('FAILED_PRECONDITION', `${where}: ${containerKey} is no container`);
  }
  return parsed;
}
