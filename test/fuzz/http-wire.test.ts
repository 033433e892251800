import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connectHttp } from '../../scripts/fuzz/targets/http-wire.js';

for (const method of ['POST', 'PUT', 'DELETE']) {
  test(`the body of a ${method} ends where it ends, and the connection takes the next request`, async (t) => {
    const seen: string[] = [];
    const sockets = new Set<unknown>();
    const server = createServer(async (request, response) => {
      sockets.add(request.socket);
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk);
      }
      seen.push(`${request.method} ${Buffer.concat(chunks)}`);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const wire = connectHttp(`http://127.0.0.1:${port}/`, {}, ({ httpStatus, text }) => ({
      kind: `${httpStatus}`,
      mayHaveDriven: false,
      text,
      faults: [],
    }));
    t.after(() => wire.close());
    for (const body of ['one', 'two']) {
      const { kind } = await wire.send({ bytes: Buffer.from(body), headers: { ':method': method } });
      assert.equal(kind, '200');
    }
    assert.deepEqual(seen, [`${method} one`, `${method} two`]);
    assert.equal(sockets.size, 1);
  });
}
