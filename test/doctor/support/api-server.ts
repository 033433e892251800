import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** An object of Kubernetes as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind
export type KubeObject = any;

export interface ApiRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: KubeObject;
}

/** What an API server does: an object is answered with 200, a number as that status, 'silent' never. */
export type Answers = (request: ApiRequest) => KubeObject | number | 'silent' | undefined;

const certificate = (name: string) =>
  readFileSync(new URL(`../../../../test/support/certificates/${name}`, import.meta.url), 'utf8');
const token = 'a-token-of-the-test';

/**
 * A server over HTTPS that speaks as Kubernetes' API does: objects, and Status objects for what is not there (404), not
 * allowed (403) or of an unknown token (401).
 */
export async function startApiServer(t: Pick<TestContext, 'after'>, answers: Answers) {
  const requests: ApiRequest[] = [];
  const server = createServer({ cert: certificate('server.pem'), key: certificate('server.key') });
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const asked: ApiRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      body: text === '' ? undefined : JSON.parse(text),
    };
    requests.push(asked);
    const known = request.headers.authorization === `Bearer ${token}`;
    const answer = known ? (answers(asked) ?? 404) : 401;
    if (answer !== 'silent') {
      const code = typeof answer === 'number' ? answer : 200;
      const body = typeof answer === 'number' ? statusObject(answer, asked) : answer;
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'doctor-test-'));
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = (changes: KubeconfigChanges = {}) => writeKubeconfig(folder, url, changes);
  return { url, requests, kubeconfig, folder };
}

export interface KubeconfigChanges {
  readonly server?: string;
  readonly ca?: string;
  readonly token?: string;
  readonly namespace?: string;
}

function writeKubeconfig(folder: string, url: string, changes: KubeconfigChanges): string {
  const path = join(folder, `kubeconfig-${Object.values(changes).join('').length}`);
  const { server = url, ca = 'ca.pem', namespace } = changes;
  const authority = Buffer.from(certificate(ca)).toString('base64');
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': authority } }],
      users: [{ name: 'test', user: { token: changes.token ?? token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    }),
  );
  return path;
}

function statusObject(code: number, { method, path }: ApiRequest): KubeObject {
  const [, group = '', namespace = '', resource = ''] =
    /^\/apis?\/(?:([a-z.0-9]+\.[a-z.]+|apps)\/)?v[a-z0-9]+\/(?:namespaces\/([^/]+)\/)?([a-z]+)/.exec(path) ??
    [];
  const where = namespace === '' ? ' at the cluster scope' : ` in the namespace "${namespace}"`;
  const verb = method === 'POST' ? 'create' : 'get';
  const messages: Readonly<Record<number, string>> = {
    401: 'Unauthorized',
    403: `${resource} is forbidden: User "tester" cannot ${verb} resource "${resource}" in API group "${group}"${where}`,
    404: `${resource} not found`,
  };
  const message = messages[code] ?? 'an internal error';
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code };
}
