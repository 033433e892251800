import type { KubeClient } from './kube-client.js';

/** Makes a namespace with service accounts, which no controller makes here. */
export async function createNamespace(
  admin: KubeClient,
  name: string,
  serviceAccounts: readonly string[] = [],
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  await admin.expect('POST', '/api/v1/namespaces', { metadata: { name, labels } });
  for (const account of ['default', ...serviceAccounts]) {
    await admin.expect('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: account } });
  }
}

/** A token of a service account, from the API server itself. */
export async function serviceAccountToken(
  admin: KubeClient,
  namespace: string,
  name: string,
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const answer = await admin.expect('POST', path, { spec: { expirationSeconds: 3600 } });
  return answer.status.token;
}
