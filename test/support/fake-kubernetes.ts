import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { JsonObject } from '../../src/common/json.js';
import { certificateFor, temporaryFolder } from './webhook-files.js';

export interface FakeCall {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
}

type Stored = JsonObject & { metadata: JsonObject };

/**
 * The two verbs of Kubernetes' API that the webhook uses, over HTTPS, with its optimistic locking: a PUT with another
 * resourceVersion than the newest is a 409.
 */
export async function startFakeKubernetes(t: TestContext, objects: Readonly<Record<string, JsonObject>>) {
  const made = await certificateFor('localhost');
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'ca.crt'), made.caCertificate);
  writeFileSync(join(folder, 'token'), 'first-token\n');
  const stored = new Map<string, Stored>();
  let version = 0;
  const store = (path: string, object: JsonObject) => {
    version += 1;
    const metadata = { ...(object['metadata'] as JsonObject), resourceVersion: String(version) };
    stored.set(path, { ...object, metadata });
  };
  for (const [path, object] of Object.entries(objects)) {
    store(path, object);
  }
  const calls: FakeCall[] = [];
  const hooks: { before: (call: FakeCall) => void | Promise<void> | number } = { before: () => {} };
  const server = createServer({ cert: made.certificate, key: made.key }, async (request, response) => {
    let text = '';
    for await (const chunk of request) {
      text += chunk;
    }
    const { method = '', url: path = '', headers } = request;
    const call = { method, path, authorization: headers.authorization ?? '' };
    calls.push(call);
    const refused = await hooks.before(call);
    const old = stored.get(path);
    const answer = (httpStatus: number, object: unknown) =>
      response.writeHead(httpStatus, { 'content-type': 'application/json' }).end(JSON.stringify(object));
    if (typeof refused === 'number') {
      answer(refused, { kind: 'Status', code: refused });
    } else if (old === undefined) {
      answer(404, { kind: 'Status', code: 404 });
    } else if (method === 'GET') {
      answer(200, old);
    } else if (JSON.parse(text).metadata.resourceVersion !== old.metadata['resourceVersion']) {
      answer(409, { kind: 'Status', code: 409 });
    } else {
      store(path, JSON.parse(text));
      answer(200, stored.get(path));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    host: 'localhost',
    port,
    folder,
    stored,
    store,
    calls,
    hooks,
    writes: () => calls.filter(({ method }) => method === 'PUT'),
  };
}
