import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Workflow } from '../../workflow/workflow.js';

/** Kubernetes' API as far as a driver server needs it: it reads the workflows that are played. */
export interface WorkflowServer {
  /** For the driver server's KUBERNETES_API. */
  readonly url: string;
  put(workflow: Workflow): void;
  close(): void;
}

const path = /^\/apis\/argoproj\.io\/v1alpha1\/namespaces\/([^/]+)\/workflows\/([^/?]+)$/;

/** Serves workflows on a free port of this machine, to its own programs alone: without TLS and tokens. */
export async function serveWorkflows(): Promise<WorkflowServer> {
  const workflows = new Map<string, string>();
  const server = createServer((request, response) => {
    const [, namespace = '', name = ''] = path.exec(request.url ?? '') ?? [];
    const found = workflows.get(keyOf(decodeURIComponent(namespace), decodeURIComponent(name)));
    response.writeHead(found === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
    response.end(found ?? '{"kind":"Status","apiVersion":"v1","status":"Failure","code":404}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  // A play that ends must not wait for it.
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    put: ({ metadata, spec }) => {
      const kind = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow' };
      workflows.set(keyOf(metadata.namespace, metadata.name), JSON.stringify({ ...kind, metadata, spec }));
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function keyOf(namespace: string, name: string): string {
  return JSON.stringify([namespace, name]);
}
