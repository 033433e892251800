import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createKubernetesApi, serviceAccountFiles } from '../../src/common/kubernetes-api.js';
import { startFakeKubernetes } from '../support/fake-kubernetes.js';
import { certificateFor } from '../support/webhook-files.js';

const path = '/api/v1/namespaces/a/secrets/b';

async function start(t: TestContext, timeoutMs = 5000) {
  const kubernetes = await startFakeKubernetes(t, { [path]: { metadata: { name: 'b' } } });
  const { host, port, folder } = kubernetes;
  return { kubernetes, api: createKubernetesApi({ ...serviceAccountFiles(folder), host, port, timeoutMs }) };
}

test('an object is read and replaced, with the account token of that moment', async (t) => {
  const { kubernetes, api } = await start(t);
  const { httpStatus, object } = await api.get(path);
  assert.deepEqual([httpStatus, object], [200, { metadata: { name: 'b', resourceVersion: '1' } }]);
  writeFileSync(join(kubernetes.folder, 'token'), 'second-token');
  assert.equal((await api.put(path, { ...object, data: { a: 'b' } })).httpStatus, 200);
  assert.deepEqual(kubernetes.stored.get(path), {
    metadata: { name: 'b', resourceVersion: '2' },
    data: { a: 'b' },
  });
  assert.deepEqual(
    kubernetes.calls.map(({ method, authorization }) => [method, authorization]),
    [
      ['GET', 'Bearer first-token'],
      ['PUT', 'Bearer second-token'],
    ],
  );
});

test('what the API refuses is an answer, not an error', async (t) => {
  const { api } = await start(t);
  assert.deepEqual(await api.get('/api/v1/other'), {
    httpStatus: 404,
    object: { kind: 'Status', code: 404 },
  });
  assert.equal((await api.put(path, { metadata: { resourceVersion: '7' } })).httpStatus, 409);
});

test('no answer within the deadline is an error that names the call', async (t) => {
  const { kubernetes, api } = await start(t, 200);
  kubernetes.hooks.before = () => new Promise(() => {});
  await assert.rejects(
    api.get(path),
    new RegExp(`^Error: GET ${path} at Kubernetes' API gave no answer within 0\\.2 s$`),
  );
});

test('a certificate of another CA gets no token', async (t) => {
  const { kubernetes, api } = await start(t);
  writeFileSync(join(kubernetes.folder, 'ca.crt'), (await certificateFor()).caCertificate);
  await assert.rejects(api.get(path), /GET .* at Kubernetes' API failed \([A-Z_]+\)$/);
  assert.deepEqual(kubernetes.calls, []);
});

test('a token that cannot be read is an error before anything is sent', async (t) => {
  const { kubernetes } = await start(t);
  const { host, port } = kubernetes;
  const api = createKubernetesApi({ ...serviceAccountFiles('/nowhere'), host, port, timeoutMs: 1000 });
  await assert.rejects(api.get(path), /failed \(ENOENT\)$/);
  assert.deepEqual(kubernetes.calls, []);
});
