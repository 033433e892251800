import { readIfThere } from '../common/read-if-there.js';

/**
 * The namespace that the server drives for: that of its service account, which is also the only one that KFP's
 * driver knows (`file`), else NAMESPACE. Throws an Error with one sentence where neither says it, or both say different ones.
 */
export function ownNamespace(setting: string | undefined, file: string): string {
  // Outside of a cluster there is none.
  const given = readIfThere(file)?.trim() || undefined;
  if (given !== undefined && setting !== undefined && given !== setting) {
    throw new Error(
      `NAMESPACE is "${setting}", but the service account's is "${given}", where KFP's driver looks: unset NAMESPACE`,
    );
  }
  const namespace = given ?? setting;
  if (namespace === undefined) {
    throw new Error('NAMESPACE is not set, and there is no service account: set it');
  }
  return namespace;
}
