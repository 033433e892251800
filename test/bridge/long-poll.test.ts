import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { delay, gate, replyOf, until } from '../support/agent.js';
import { startBridge } from '../support/start-bridge.js';
import { containerArguments, templateBody } from '../support/templates.js';

const body = templateBody(containerArguments);

describe('the answer window', () => {
  it('holds many identical POSTs without a word about leaking listeners', async (t) => {
    const warnings: string[] = [];
    const note = ({ name }: Error) => void warnings.push(name);
    process.on('warning', note);
    t.after(() => process.off('warning', note));
    const { opened, open } = gate();
    const { driver, sidecar } = await startBridge(
      t,
      () => opened.then(() => ({ execution_id: '7', pod_spec_patch: '{}' })),
      { AGENT_WORKERS: '64' },
    );
    const posts = Array.from({ length: 24 }, () => sidecar.post(body));
    await until(() => driver.requests.length === 1);
    await delay(100);
    open();
    const phases = (await Promise.all(posts)).map((posted) => replyOf(posted).node.phase);
    assert.deepEqual(new Set(phases), new Set(['Succeeded']));
    assert.deepEqual(warnings, []);
  });
});
