import type { JsonObject } from '../../common/json.js';
import { StatusError } from '../../contract/status-error.js';
import type { KubernetesApi } from '../kubernetes/kubernetes-api.js';
import { at, keysAt, objectsAt, textAt } from '../kubernetes/read-object.js';
import type { Scope } from '../scope.js';
import { readServiceName, type ServerAddress } from './server-address.js';

/** Service and Deployment of the driver server. */
export interface ServerService {
  readonly name: string;
  readonly namespace: string;
  readonly object: JsonObject;
}

/** Rejects with NOT_FOUND where the name that the sidecar asks for is no Service of the cluster. */
export async function findServerService(
  api: KubernetesApi,
  { host }: ServerAddress,
  scope: Scope,
): Promise<ServerService> {
  const name = readServiceName(host);
  if (name === undefined) {
    throw new StatusError('FAILED_PRECONDITION', `${host} is no Service of this cluster`);
  }
  const namespace = name.namespace ?? scope.namespace;
  const object = await api.find(`/api/v1/namespaces/${namespace}/services/${name.service}`);
  if (object === undefined) {
    throw new StatusError(
      'NOT_FOUND',
      `there is no Service ${namespace}/${name.service}, which the sidecar asks for as ${host}`,
    );
  }
  return { name: name.service, namespace, object };
}

/** The Deployment whose pods the Service selects. Rejects with NOT_FOUND where there is none. */
export async function findServerDeployment(
  api: KubernetesApi,
  { name, namespace, object: service }: ServerService,
): Promise<JsonObject> {
  const list = await api.get(`/apis/apps/v1/namespaces/${namespace}/deployments`);
  const deployment = objectsAt(list, 'items').find((one) => isSelected(one, service));
  if (deployment === undefined) {
    throw new StatusError(
      'NOT_FOUND',
      `no Deployment of ${namespace} has the labels that Service ${name} selects`,
    );
  }
  return deployment;
}

function isSelected(deployment: JsonObject, service: JsonObject): boolean {
  const keys = keysAt(service, 'spec', 'selector');
  const labelOf = (key: string) => textAt(deployment, 'spec', 'template', 'metadata', 'labels', key);
  return keys.length > 0 && keys.every((key) => labelOf(key) === textAt(service, 'spec', 'selector', key));
}

/** Its container with the server: the one with the Service's port, else the first. */
export function serverContainerOf(deployment: JsonObject): JsonObject {
  const containers = objectsAt(deployment, 'spec', 'template', 'spec', 'containers');
  return (
    containers.find((one) => objectsAt(one, 'ports').some((port) => port['name'] === 'grpc')) ??
    containers[0] ??
    {}
  );
}

export function replicasOf(deployment: JsonObject): { readonly wanted: number; readonly ready: number } {
  return {
    wanted: Number(at(deployment, 'spec', 'replicas') ?? 1),
    ready: Number(at(deployment, 'status', 'readyReplicas') ?? 0),
  };
}
