import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { StatusError } from '../../src/contract/status-error.js';
import { delay, gate, postUntilFinal, replyOf, until } from '../support/agent.js';
import { refusalOf, startBridge } from '../support/start-bridge.js';
import { containerArguments, templateBody } from '../support/templates.js';

const answered = { execution_id: '7', pod_spec_patch: '{}' };
const onNode = (node: string, more: object = {}) => templateBody({ ...containerArguments, node, ...more });

describe('a task whose template names its node', () => {
  it('is driven once for each node, although everything else is equal, and the driver is told the node', async (t) => {
    const { driver, sidecar } = await startBridge(t, () => answered);
    for (const node of ['wf.dag(0).driver', 'wf.dag(1).driver', 'wf.dag(0).driver']) {
      await postUntilFinal(() => sidecar.post(onNode(node)));
    }
    assert.deepEqual(
      driver.requests.map(({ node_name: name }) => name),
      ['wf.dag(0).driver', 'wf.dag(1).driver'],
    );
    assert.equal(new Set(driver.requests.map(({ request_id: id }) => id)).size, 2);
    assert.equal(driver.requests[0]?.extra_args?.['node'], undefined);
    assert.ok(sidecar.log.some(({ facts }) => facts.node === 'wf.dag(1).driver'));
  });

  it('is another task where the same node has another content', async (t) => {
    const { driver, sidecar } = await startBridge(t, () => answered);
    await postUntilFinal(() => sidecar.post(onNode('wf.driver')));
    await postUntilFinal(() => sidecar.post(onNode('wf.driver', { dag_execution_id: '2' })));
    assert.equal(new Set(driver.requests.map(({ request_id: id }) => id)).size, 2);
  });

  it('is refused where the node is no text, without a call', async (t) => {
    const { driver, sidecar } = await startBridge(t, () => answered);
    const posted = await sidecar.post(templateBody({ ...containerArguments, node: 7 }));
    assert.match(refusalOf(posted, driver), /argument "node" must be a text, but is a number$/);
  });
});

describe('a failure that was delivered', () => {
  const failing = () => Promise.reject(new StatusError('FAILED_PRECONDITION', 'no such input'));

  it('is answered again, byte for byte, to a twin and to an agent that lost it, without a call', async (t) => {
    const { driver, sidecar } = await startBridge(t, failing);
    const first = await sidecar.post(onNode('wf.driver'));
    const again = await Promise.all([sidecar.post(onNode('wf.driver')), sidecar.post(onNode('wf.driver'))]);
    assert.deepEqual(
      again.map(({ text }) => text),
      [first.text, first.text],
    );
    assert.equal(driver.requests.length, 1);
  });

  it('is driven anew when Argo retries it, which is after the next patch at the earliest', async (t) => {
    const { driver, sidecar } = await startBridge(t, failing, { AGENT_PATCH_RATE_SECONDS: '0.4' });
    await sidecar.post(onNode('wf.driver'));
    await delay(210);
    await sidecar.post(onNode('wf.driver'));
    assert.equal(new Set(driver.requests.map(({ request_id: id }) => id)).size, 2);
  });

  it('is driven anew at once where FAILURE_REPLAY_SECONDS is 0', async (t) => {
    const { driver, sidecar } = await startBridge(t, failing, { FAILURE_REPLAY_SECONDS: '0' });
    await sidecar.post(onNode('wf.driver'));
    await sidecar.post(onNode('wf.driver'));
    assert.equal(driver.requests.length, 2);
  });
});

describe('an answer above MAX_RECEIVE_BYTES', () => {
  it('says what it is, and a retry asks under the same request_id: the driver has run', async (t) => {
    const { driver, sidecar } = await startBridge(
      t,
      () => ({ ...answered, pod_spec_patch: 'x'.repeat(5_000) }),
      { MAX_RECEIVE_BYTES: '2048', FAILURE_REPLAY_SECONDS: '0' },
    );
    const { node } = replyOf(await sidecar.post(onNode('wf.driver')));
    assert.equal(node.phase, 'Error');
    assert.match(
      node.message ?? '',
      /^RESOURCE_EXHAUSTED: the driver's answer with its \d+ bytes is larger than MAX_RECEIVE_BYTES/,
    );
    assert.doesNotMatch(node.message ?? '', /overloaded/);
    await sidecar.post(onNode('wf.driver'));
    assert.equal(driver.requests.length, 2);
    assert.equal(new Set(driver.requests.map(({ request_id: id }) => id)).size, 1);
  });
});

describe('a request above MAX_SEND_BYTES', () => {
  it('is the end of the node at once, with both sizes, and nothing is sent', async (t) => {
    const { driver, sidecar } = await startBridge(t, () => answered, { MAX_SEND_BYTES: '2048' });
    const { node } = replyOf(await sidecar.post(onNode('wf.driver', { unheard_of: 'x'.repeat(3_000) })));
    assert.equal(node.phase, 'Error');
    assert.match(node.message ?? '', /the request has 3\d{3} bytes, and MAX_SEND_BYTES lets 2048 pass/);
    assert.equal(driver.requests.length, 0);
  });
});

describe('many arguments that are wrong', () => {
  it('are told within a moment, 40,000 of them', async (t) => {
    const { driver, sidecar } = await startBridge(t, () => answered);
    const wrong = Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`a${n}`, '@file']));
    const { opened, open } = gate();
    const posted = sidecar.post(templateBody({ ...containerArguments, ...wrong })).finally(open);
    // The event loop must be free for others soon: this one had blocked it for 13 s.
    await Promise.race([opened, delay(4_000)]);
    const other = await Promise.race([sidecar.post(onNode('other')), delay(3_000)]);
    assert.ok(other !== undefined);
    assert.match(replyOf(await posted).node.message ?? '', /begins with "@"|each of the arguments/);
    await until(() => driver.requests.length === 1);
  });
});

test('the request_id of a task stays the one that earlier versions gave it: a driver server may know it from one of them', async (t) => {
  const { driver, sidecar } = await startBridge(t, () => answered);
  const long = JSON.stringify({ executorLabel: 'é\u{1f600}', filler: 'x'.repeat(300) });
  await postUntilFinal(() => sidecar.post(onNode('wf.driver', { component: long, iteration_index: 0 })));
  assert.equal(driver.requests[0]?.request_id, '5ef93dd68ebad81217489518bf54f9ccaa60d054');
});
