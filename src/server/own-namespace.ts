import { readFileSync } from 'node:fs';

const serviceAccountFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/**
 * The namespace that the server drives for: that of its service account, which is also the only one that KFP's
 * driver knows, else NAMESPACE. Throws an Error with one sentence where neither says it, or both say different ones.
 */
export function ownNamespace(setting: string | undefined, file = serviceAccountFile): string {
  const given = readIfThere(file);
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

function readIfThere(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    // Outside of a cluster there is none.
    return undefined;
  }
}
