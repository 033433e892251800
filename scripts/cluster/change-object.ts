import type { KubeClient, KubeObject } from './kube-client.js';

/**
 * Changes an object while something runs, and puts it back. `change` mutates what it is given, or says by returning
 * 'delete' that the object goes.
 */
export async function whileChanged<Result>(
  admin: KubeClient,
  path: string,
  // biome-ignore lint/suspicious/noConfusingVoidType: most changes return nothing
  change: (object: KubeObject) => void | 'delete',
  run: () => Promise<Result>,
): Promise<Result> {
  const original = await admin.expect('GET', path);
  const changed = structuredClone(original);
  if (change(changed) === 'delete') {
    await admin.expect('DELETE', path);
  } else {
    await admin.expect('PUT', path, changed);
  }
  try {
    return await run();
  } finally {
    await putBack(admin, path, original);
  }
}

async function putBack(admin: KubeClient, path: string, original: KubeObject): Promise<void> {
  const { resourceVersion, uid, creationTimestamp, managedFields, ...metadata } = original.metadata;
  const object = { ...original, metadata };
  const { status, body } = await admin.request('GET', path);
  if (status === 404) {
    await admin.expect('POST', path.slice(0, path.lastIndexOf('/')), object);
  } else {
    // A Lease, unlike most kinds, is not replaced without the version that it has now.
    const now = { resourceVersion: body.metadata.resourceVersion };
    await admin.expect('PUT', path, { ...object, metadata: { ...metadata, ...now } });
  }
}
