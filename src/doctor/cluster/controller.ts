import type { JsonObject } from '../../common/json.js';
import { listOf } from '../../common/json.js';
import { StatusError } from '../../contract/status-error.js';
import type { KubernetesApi } from '../kubernetes/kubernetes-api.js';
import { nameOf, objectsAt, textAt } from '../kubernetes/read-object.js';
import type { Scope } from '../scope.js';
import { type ContainerEnvironment, readEnvironment } from './environment.js';
import { readImage } from './image.js';

/** Argo's workflow controller, as its Deployment starts it. */
export interface Controller {
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly image: string;
  readonly environment: ContainerEnvironment;
  /** Command line after the program. */
  readonly args: readonly string[];
}

/** Finds the Deployment by its image or command. Rejects with NOT_FOUND where the namespace has none. */
export async function findController(
  api: KubernetesApi,
  { controllerNamespace: namespace }: Scope,
): Promise<Controller> {
  const list = await api.get(`/apis/apps/v1/namespaces/${namespace}/deployments`);
  for (const deployment of objectsAt(list, 'items')) {
    const container = objectsAt(deployment, 'spec', 'template', 'spec', 'containers').find(isController);
    if (container !== undefined) {
      return {
        name: nameOf(deployment),
        namespace,
        serviceAccount: textAt(deployment, 'spec', 'template', 'spec', 'serviceAccountName') ?? 'default',
        image: textAt(container, 'image') ?? '',
        environment: readEnvironment(container, namespace),
        args: [...listOf(container['command']), ...listOf(container['args'])].map(String),
      };
    }
  }
  throw new StatusError(
    'NOT_FOUND',
    `no Deployment of ${namespace} runs Argo's workflow-controller: is it in another --controller-namespace?`,
  );
}

function isController(container: JsonObject): boolean {
  const [program = ''] = listOf(container['command']).map(String);
  return (
    readImage(textAt(container, 'image') ?? '').name === 'workflow-controller' ||
    program.split('/').at(-1) === 'workflow-controller'
  );
}

/** The value of a flag, `--name value` or `--name=value`; "true" for one that stands alone. */
export function flagOf({ args }: Controller, name: string): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (arg === `--${name}`) {
      const next = args[index + 1];
      return next === undefined || next.startsWith('--') ? 'true' : next;
    }
    if (arg.startsWith(`--${name}=`)) {
      return arg.slice(name.length + 3);
    }
  }
  return undefined;
}
