import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { inClusterApi } from '../../src/server/kubernetes/kubernetes-api.js';

interface StoredSecret {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly data?: Readonly<Record<string, string>>;
}

const certificates = new URL('../../../test/support/certificates/', import.meta.url);
const pem = (name: string) => readFileSync(new URL(name, certificates));

/**
 * One Secret behind a real HTTPS server that speaks as much of Kubernetes' API as a Secret needs: GET, and PUT with
 * the conflict of an old resourceVersion. The test's end closes it.
 */
export async function startSecretsApi(
  t: TestContext,
  {
    data,
    certificate = 'server',
  }: { data?: Readonly<Record<string, string>>; certificate?: 'server' | 'stranger' } = {},
) {
  const world = {
    requests: [] as { method: string; path: string; authorization: string | undefined }[],
    secret: {
      metadata: { name: 'token', namespace: 'kubeflow', resourceVersion: '1', labels: { team: 'ml' } },
      ...(data !== undefined && { data }),
    } as StoredSecret | undefined,
    /** Statuses that stand in for the next answers. */
    failures: [] as number[],
    /** Runs once, before the next PUT. */
    beforePut: undefined as (() => void) | undefined,
  };
  const server = createServer({ cert: pem(`${certificate}.pem`), key: pem(`${certificate}.key`) });
  server.on('request', async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    world.requests.push({ method, path, authorization: headers.authorization });
    const body = await readBody(request);
    const [status, answer] = answerOf(world, method, body);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'service-account-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'token'), 'account-1\n');
  writeFileSync(join(folder, 'ca.crt'), pem('ca.pem'));
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) };
  return { world, folder, api: inClusterApi(env, folder), close: () => server.close() };
}

type World = Awaited<ReturnType<typeof startSecretsApi>>['world'];

function answerOf(world: World, method: string, body: StoredSecret | undefined): [number, unknown] {
  if (method === 'PUT') {
    const { beforePut } = world;
    world.beforePut = undefined;
    beforePut?.();
  }
  const failure = world.failures.shift();
  if (failure !== undefined) {
    return [failure, { kind: 'Status', code: failure }];
  }
  if (world.secret === undefined) {
    return [404, { kind: 'Status', code: 404 }];
  }
  if (method === 'GET' || body === undefined) {
    return [200, world.secret];
  }
  if (body.metadata.resourceVersion !== world.secret.metadata.resourceVersion) {
    return [409, { kind: 'Status', code: 409 }];
  }
  world.secret = putSecret(world.secret, body.data);
  return [200, world.secret];
}

/** The Secret with other data, as a write leaves it. */
export function putSecret(secret: StoredSecret, data: StoredSecret['data']): StoredSecret {
  const resourceVersion = String(Number(secret.metadata.resourceVersion) + 1);
  return { metadata: { ...secret.metadata, resourceVersion }, ...(data !== undefined && { data }) };
}

async function readBody(request: IncomingMessage): Promise<StoredSecret | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}
