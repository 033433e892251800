import type { KubeObject } from './kube-client.js';
import type { Stage } from './stage.js';

/** Every object of a namespace but events, as the path of its collection and its name, with its resourceVersion if asked. */
export async function inventory(
  { cluster, paths }: Stage,
  namespace: string,
  { withVersions = false } = {},
): Promise<string[]> {
  const collections = (await paths.namespaced(namespace)).filter((path) => !/\/events$/.test(path));
  const lists = await Promise.all(
    collections.map(async (path) => {
      const answer = await cluster.admin.request('GET', path);
      const items: KubeObject[] = answer.status === 200 ? (answer.body.items ?? []) : [];
      return items.map(
        ({ metadata }) => `${path}/${metadata.name}${withVersions ? ` ${metadata.resourceVersion}` : ''}`,
      );
    }),
  );
  return lists.flat().sort();
}
