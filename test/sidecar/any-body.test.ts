import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startBridge } from '../support/start-bridge.js';
import { containerArguments, templateBody } from '../support/templates.js';

const ours = templateBody(containerArguments);
const junk = fc.jsonValue({ maxDepth: 3 });

/** Bodies that are nearly right: the right shape with junk at one or more places. */
const nearlyRight = fc
  .record(
    { workflow: junk, template: junk, outputs: junk, plugin: junk, args: junk, oneArgument: junk },
    { requiredKeys: [] },
  )
  .chain((broken) =>
    fc.constantFrom(...Object.keys(containerArguments)).map((name) => breakBody(broken, name)),
  );
const anyBody = fc.oneof(
  nearlyRight.map((body) => JSON.stringify(body)),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.tuple(fc.nat(900), nearlyRight).map(([length, body]) => JSON.stringify(body).slice(0, length)),
);

test('any body gets 200 or 400 and JSON, and the process goes on', async (t) => {
  const { sidecar } = await startBridge(t);

  await fc.assert(
    fc.asyncProperty(anyBody, async (body) => {
      const posted = await sidecar.post(body);
      assert.ok([200, 400].includes(posted.httpStatus), `${posted.httpStatus}: ${posted.text}`);
      const reply = JSON.parse(posted.text);
      const message = reply.node?.message ?? reply.error ?? 'not ours';
      assert.ok(typeof message === 'string' && message !== '', posted.text);
    }),
    { numRuns: 500 },
  );

  assert.equal((await sidecar.post(ours)).httpStatus, 200);
  assert.deepEqual(
    sidecar.log.filter(({ level }) => level === 'error'),
    [],
  );
});

function breakBody(broken: Readonly<Record<string, unknown>>, argumentName: string): object {
  const args = { ...containerArguments, ...pick(broken, 'oneArgument', argumentName) };
  const plugin = {
    'driver-plugin': { args, ...pick(broken, 'args') },
    ...pick(broken, 'plugin', 'driver-plugin'),
  };
  return {
    ...ours,
    ...pick(broken, 'workflow'),
    template: { ...ours.template, plugin, ...pick(broken, 'outputs') },
    ...pick(broken, 'template'),
  };
}

function pick(from: Readonly<Record<string, unknown>>, key: string, as = key): object {
  return Object.hasOwn(from, key) ? { [as]: from[key] } : {};
}
