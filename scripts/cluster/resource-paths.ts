import type { KubeClient, KubeObject } from './kube-client.js';

/** Finds the paths of the API for objects, by the API server's own discovery. */
export interface ResourcePaths {
  /** Path of the collection of an object's kind in its namespace. Rejects where the server does not know the kind. */
  collection(object: KubeObject): Promise<string>;
  /** Path of the object itself. */
  item(object: KubeObject): Promise<string>;
  /** Every kind of object that can be listed in a namespace, as the path of its collection. */
  namespaced(namespace: string): Promise<string[]>;
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export function createResourcePaths(client: KubeClient): ResourcePaths {
  const known = new Map<string, Promise<readonly ApiResource[]>>();
  const resourcesOf = (apiVersion: string) => {
    const found = known.get(apiVersion) ?? listResources(client, apiVersion);
    known.set(apiVersion, found);
    return found;
  };
  const collection = async ({ apiVersion, kind, metadata }: KubeObject) => {
    const resource = (await resourcesOf(apiVersion)).find(
      (one) => one.kind === kind && !one.name.includes('/'),
    );
    if (resource === undefined) {
      throw new Error(`the cluster knows no ${apiVersion} ${kind}`);
    }
    const scope = resource.namespaced ? `namespaces/${metadata.namespace}/` : '';
    return `${pathOf(apiVersion)}/${scope}${resource.name}`;
  };
  return {
    collection,
    item: async (object) => `${await collection(object)}/${object.metadata.name}`,
    namespaced: async (namespace) => {
      const groups = await client.expect('GET', '/apis');
      const versions = [
        'v1',
        ...groups.groups.map((group: KubeObject) => group.preferredVersion.groupVersion),
      ];
      const paths = await Promise.all(
        versions.map(async (version: string) =>
          (await resourcesOf(version))
            .filter(({ namespaced, verbs }) => namespaced && verbs.includes('list'))
            .map(({ name }) => `${pathOf(version)}/namespaces/${namespace}/${name}`),
        ),
      );
      return paths.flat();
    },
  };
}

async function listResources(client: KubeClient, apiVersion: string): Promise<readonly ApiResource[]> {
  const answer = await client.request('GET', pathOf(apiVersion));
  return answer.status === 200 ? answer.body.resources : [];
}

function pathOf(apiVersion: string): string {
  return apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
}
