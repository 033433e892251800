import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Environment } from '../../src/common/settings.js';
import type { ExecuteRequest__Output } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { type Drive, type StartedDriver, startDriver } from './start-driver.js';
import { type Posted, startTestSidecar, type TestSidecar } from './start-test-sidecar.js';

export interface StartedBridge {
  readonly driver: StartedDriver;
  readonly sidecar: TestSidecar;
}

/** Starts a driver and a sidecar that calls it, both real, both ended with the test. */
export async function startBridge(
  t: Pick<TestContext, 'after'>,
  drive: Drive = drivePlausibly,
  env: Environment = {},
): Promise<StartedBridge> {
  const driver = await startDriver(drive);
  t.after(driver.close);
  const sidecar = await startTestSidecar({ DRIVER_HOST: driver.address, ...env });
  t.after(sidecar.close);
  return { driver, sidecar };
}

/** Answers as KFP's driver does where all goes well. */
export function drivePlausibly({ type }: ExecuteRequest__Output): ExecuteResponse {
  return type === 'DRIVER_TYPE_CONTAINER'
    ? { execution_id: '8', cached: false, pod_spec_patch: '{"containers":[{"name":"main"}]}' }
    : { execution_id: '7', iteration_count: 0 };
}

export interface RepliedNode {
  readonly phase: string;
  readonly message: string;
  readonly outputs?: { readonly parameters: readonly { readonly name: string; readonly value: string }[] };
}

/** The node of a reply, which must be a final one: 200, exactly one key, a message that is not empty. */
export function nodeOf(posted: Posted): RepliedNode {
  assert.equal(posted.httpStatus, 200, posted.text);
  const reply: { node: RepliedNode } = JSON.parse(posted.text);
  assert.deepEqual(Object.keys(reply), ['node'], posted.text);
  assert.notEqual(reply.node.message.trim(), '');
  return reply.node;
}

/** The outputs of a node that Succeeded, by name. */
export function outputsOf(posted: Posted): Readonly<Record<string, string>> {
  const node = nodeOf(posted);
  assert.equal(node.phase, 'Succeeded', node.message);
  return Object.fromEntries((node.outputs?.parameters ?? []).map(({ name, value }) => [name, value]));
}

/** The message of a template that was refused: the node Failed without outputs, and the driver saw nothing. */
export function refusalOf(posted: Posted, driver: StartedDriver): string {
  const node = nodeOf(posted);
  assert.equal(node.phase, 'Failed', node.message);
  assert.deepEqual(Object.keys(node), ['phase', 'message']);
  assert.equal(driver.requests.length, 0);
  return node.message;
}

/** The one request that the driver saw, without its request_id, which must be there. */
export function theRequest(driver: StartedDriver): ExecuteRequest__Output {
  assert.equal(driver.requests.length, 1);
  const { request_id: requestId, ...request } = driver.requests[0] ?? {};
  assert.match(String(requestId), /^\S+$/);
  // Decoded maps have no prototype, which assert.deepEqual would take for a difference.
  return JSON.parse(JSON.stringify(request));
}
