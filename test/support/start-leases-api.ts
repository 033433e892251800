import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { JsonObject } from '../../src/common/json.js';

export interface LeaseObject {
  readonly metadata: JsonObject & { readonly resourceVersion: string };
  readonly spec?: JsonObject;
}

export interface LeasesApi {
  readonly url: string;
  readonly port: number;
  /** METHOD and path of each request. */
  readonly requests: string[];
  /** The one Lease; undefined while there is none. */
  lease: LeaseObject | undefined;
  /** A status for every request from now on; undefined: no longer. */
  refuseWith: number | undefined;
  /** What every question for a workflow is answered with; undefined: as if it were for the Lease. */
  workflow: JsonObject | undefined;
  /** What holderIdentity has been, one after the other; undefined where it was given back. */
  readonly holders: readonly (string | undefined)[];
}

/**
 * One Lease of the namespace kubeflow behind a real HTTP server that speaks as much of Kubernetes' API as a Lease needs:
 * GET, POST and PUT with the conflicts of an old resourceVersion, and watches. The test's end closes it.
 */
export async function startLeasesApi(t: Pick<TestContext, 'after'>, name = 'driver'): Promise<LeasesApi> {
  const watches = new Set<ServerResponse>();
  const holders: (string | undefined)[] = [];
  let version = 1;
  const server = createServer((request, response) => void serve(request, response));
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '' } = request;
    api.requests.push(`${method} ${url}`);
    const body = await readBody(request);
    if (api.refuseWith !== undefined) {
      return answer(response, api.refuseWith);
    }
    if (api.workflow !== undefined && url.includes('/workflows/')) {
      return answer(response, 200, api.workflow);
    }
    if (url.includes('watch=true')) {
      watches.add(response);
      response.on('close', () => watches.delete(response));
      response.writeHead(200, { 'Content-Type': 'application/json' });
      return response.write(api.lease === undefined ? ' ' : event('ADDED', api.lease));
    }
    const status = statusOf(method, body);
    if (status < 300 && method !== 'GET' && body !== undefined) {
      write(body);
    }
    return answer(response, status, api.lease);
  };
  const statusOf = (method: string, body: LeaseObject | undefined): number => {
    if (method === 'POST') {
      return api.lease === undefined ? 201 : 409;
    }
    if (api.lease === undefined) {
      return 404;
    }
    const isOld = body?.metadata.resourceVersion !== api.lease.metadata.resourceVersion;
    return method === 'PUT' && isOld ? 409 : 200;
  };
  const write = ({ metadata, spec }: LeaseObject) => {
    version += 1;
    const uid = 'lease-1';
    api.lease = {
      metadata: { ...metadata, name, uid, resourceVersion: String(version) },
      ...(spec && { spec }),
    };
    const holder = spec?.['holderIdentity'] as string | undefined;
    if (holders.length === 0 || holders.at(-1) !== holder) {
      holders.push(holder);
    }
    for (const watch of watches) {
      watch.write(event('MODIFIED', api.lease));
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const api: LeasesApi = {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: [],
    lease: undefined,
    refuseWith: undefined,
    workflow: undefined,
    holders,
  };
  return api;
}

function answer(response: ServerResponse, status: number, object?: LeaseObject | JsonObject): void {
  const body = status < 300 ? object : { kind: 'Status', apiVersion: 'v1', code: status };
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function event(type: string, object: LeaseObject): string {
  return `${JSON.stringify({ type, object })}\n`;
}

async function readBody(request: IncomingMessage): Promise<LeaseObject | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}
