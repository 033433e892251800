import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Environment } from '../../src/common/settings.js';
import { gate, replyOf, until } from '../support/agent.js';
import { startBridge } from '../support/start-bridge.js';
import { startDriver } from '../support/start-driver.js';
import { startProgram } from '../support/start-program.js';
import { testToken } from '../support/start-test-sidecar.js';
import { containerArguments, templateBody } from '../support/templates.js';

const task = (name: string) => templateBody({ ...containerArguments, task_name: name });
const answered = { execution_id: '7', pod_spec_patch: '{}' };

/** The sidecar as a process, and an agent that keeps its connections. */
async function startProcess(t: TestContext, env: Environment) {
  const folder = await mkdtemp(join(tmpdir(), 'sidecar-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const tokenPath = join(folder, 'token');
  await writeFile(tokenPath, testToken);
  const program = startProgram(t, [], { SERVER_PORT: '0', TOKEN_PATH: tokenPath, ...env });
  const address = String((await program.firstLine())['address']);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  return { ...program, agent, post: (body: object) => post(agent, address, body) };
}

function post(agent: Agent, address: string, body: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${testToken}` };
    const call = request(
      `${address}/api/v1/template.execute`,
      { method: 'POST', agent, headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

describe('SIGTERM', () => {
  it('ends an idle process at once, with 0', async (t) => {
    const driver = await startDriver(() => answered);
    t.after(driver.close);
    const sidecar = await startProcess(t, { DRIVER_HOST: driver.address, SHUTDOWN_GRACE_SECONDS: '60' });
    sidecar.kill('SIGTERM');
    const { exitCode, stderr } = await sidecar.ended;
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
  });

  it('ends at once although 20 tasks wait for a driver server that is away', async (t) => {
    const sidecar = await startProcess(t, { DRIVER_HOST: '127.0.0.1:1', SHUTDOWN_GRACE_SECONDS: '60' });
    await Promise.all(Array.from({ length: 20 }, (_, index) => sidecar.post(task(`${index}`))));
    sidecar.agent.destroy();
    const beganMs = performance.now();
    sidecar.kill('SIGTERM');
    assert.equal((await sidecar.ended).exitCode, 0);
    // Far below the grace, on the busiest machine.
    assert.ok(performance.now() - beganMs < 30_000);
  });

  it('lets calls in flight finish, tells held and new POSTs to stay away, then ends with 0', async (t) => {
    const { opened, open } = gate();
    const driver = await startDriver(() => opened.then(() => answered));
    t.after(driver.close);
    const sidecar = await startProcess(t, { DRIVER_HOST: driver.address, SHUTDOWN_GRACE_SECONDS: '60' });
    const held = sidecar.post(task('held'));
    await until(() => driver.requests.length === 1);
    sidecar.kill('SIGTERM');
    assert.equal(await held, '{"node":{},"requeue":"70000ms"}');
    assert.equal(await sidecar.post(task('new')), '{"node":{},"requeue":"70000ms"}');
    assert.equal(driver.requests.length, 1);
    open();
    sidecar.agent.destroy();
    const { exitCode, stdout } = await sidecar.ended;
    assert.equal(exitCode, 0);
    assert.match(stdout, /"message":"stopped"/);
  });

  it('goes on to answer an agent that holds its connections, and ends with 0 when the grace is over', async (t) => {
    const driver = await startDriver(() => answered);
    t.after(driver.close);
    const sidecar = await startProcess(t, { DRIVER_HOST: driver.address, SHUTDOWN_GRACE_SECONDS: '2' });
    await sidecar.post(task('a'));
    sidecar.kill('SIGTERM');
    // What comes before the signal is seen is served as ever.
    let tried = 0;
    const stayAway = '{"node":{},"requeue":"12000ms"}';
    await until(async () => (await sidecar.post(task(`${tried++}`))) === stayAway);
    assert.equal(await sidecar.post(task('b')), stayAway);
    assert.equal((await sidecar.ended).exitCode, 0);
    assert.ok(driver.requests.every((request) => request.task_name !== 'b'));
  });

  it('ends at the end of the grace although the driver is at work', async (t) => {
    const driver = await startDriver(() => new Promise(() => {}));
    t.after(driver.close);
    const sidecar = await startProcess(t, { DRIVER_HOST: driver.address, SHUTDOWN_GRACE_SECONDS: '0.3' });
    const held = sidecar.post(task('a'));
    await until(() => driver.requests.length === 1);
    sidecar.kill('SIGTERM');
    await held;
    assert.equal((await sidecar.ended).exitCode, 0);
  });

  it('answers {} to another plugin’s template while it drains', async (t) => {
    const { opened, open } = gate();
    const { driver, sidecar } = await startBridge(t, () => opened.then(() => answered));
    const held = sidecar.post(task('a'));
    await until(() => driver.requests.length === 1);
    const stopped = sidecar.stop();
    assert.deepEqual(replyOf(await held).node, {});
    const foreign = await sidecar.post({ template: { plugin: { other: {} } } });
    assert.equal(foreign.text, '{}');
    open();
    await sidecar.close();
    await stopped;
  });
});
