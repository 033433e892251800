import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { executeMethod, receiveRequest } from '../../../src/server/grpc/received-request.js';
import { delay } from '../../support/agent.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

for (const way of ['at once', 'in two turns'] as const) {
  it(`a request that was taken ${way} lets go of its bytes, although its call goes on`, async () => {
    const { received, bytes } = receiveLarge();
    if (way === 'in two turns') {
      received.decode();
    }
    assert.equal(received.take().request_id, 'large');
    await delay(0);
    collectGarbage();
    assert.equal(bytes.deref(), undefined);
    assert.equal(received.bytesIn > 1_000_000, true);
  });
}

function receiveLarge() {
  const extra_args = { unknown: 'x'.repeat(1_000_000) };
  const bytes = executeMethod.requestSerialize({ request_id: 'large', extra_args });
  return { received: receiveRequest(bytes), bytes: new WeakRef(bytes) };
}
