import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/common/json.js';

const certificate = (name: string) =>
  fileURLToPath(new URL(`../../../test/support/certificates/${name}`, import.meta.url));

export const caFile = certificate('ca.pem');
export const strangersCaFile = certificate('stranger.pem');

/** What it is asked for, and with which Authorization. */
export interface KubernetesCall {
  readonly path: string;
  readonly authorization: string | undefined;
}

export interface KubernetesApi {
  readonly url: string;
  readonly calls: readonly KubernetesCall[];
  /** Creates or changes a workflow. */
  put(workflow: JsonObject): void;
  delete(name: string): void;
  /** Answers every call itself from now on; undefined: no longer. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
}

/** The part of Kubernetes' API that reads workflows, over HTTPS. The test's end closes it. */
export async function startKubernetesApi(t: Pick<TestContext, 'after'>): Promise<KubernetesApi> {
  const workflows = new Map<string, JsonObject>();
  const calls: KubernetesCall[] = [];
  const keys = {
    key: readFileSync(certificate('server.key')),
    cert: readFileSync(certificate('server.pem')),
  };
  const server = createServer(keys, (request, response) => {
    calls.push({ path: request.url ?? '', authorization: request.headers.authorization });
    if (api.answer !== undefined) {
      api.answer(request, response);
      return;
    }
    const found = workflows.get(request.url ?? '');
    response.writeHead(found === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(found ?? { kind: 'Status', code: 404, reason: 'NotFound' }));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const api: KubernetesApi = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    put: (workflow) => {
      const { namespace, name } = workflow['metadata'] as JsonObject;
      workflows.set(pathOf(String(namespace), String(name)), workflow);
    },
    delete: (name) => {
      workflows.delete(pathOf('kubeflow', name));
    },
    answer: undefined,
  };
  return api;
}

function pathOf(namespace: string, name: string): string {
  return `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows/${name}`;
}
