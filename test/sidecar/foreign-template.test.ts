import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputsOf, refusalOf, startBridge } from '../support/start-bridge.js';
import { containerArguments, templateBody } from '../support/templates.js';

const ours = templateBody(containerArguments);
const withTemplate = (change: object) => ({ ...ours, template: { ...ours.template, ...change } });

const foreign = [
  { name: 'the template of another plugin', body: withTemplate({ plugin: { hello: {} } }) },
  { name: 'a key that only begins as ours', body: withTemplate({ plugin: { 'driver-plugin-2': {} } }) },
  { name: 'an empty plugin object', body: withTemplate({ plugin: {} }) },
  { name: 'a plugin that is null', body: withTemplate({ plugin: null }) },
  { name: 'a plugin that is our name as text', body: withTemplate({ plugin: 'driver-plugin' }) },
  { name: 'a plugin that is an array', body: withTemplate({ plugin: ['driver-plugin'] }) },
  { name: 'a template that is no plugin', body: { ...ours, template: { name: 't', script: {} } } },
  { name: 'a body without a template', body: { workflow: ours.workflow } },
  { name: 'our key below __proto__', body: '{"template":{"plugin":{"__proto__":{"driver-plugin":{}}}}}' },
  { name: 'an empty object', body: '{}' },
  { name: 'an array', body: '[]' },
  { name: 'null', body: 'null' },
  { name: 'a number', body: '42' },
  { name: 'a text', body: '"driver-plugin"' },
];
for (const { name, body } of foreign) {
  test(`${name} gets {} and the driver is not asked`, async (t) => {
    const { driver, sidecar } = await startBridge(t);

    const posted = await sidecar.post(body);

    assert.equal(posted.httpStatus, 200);
    assert.equal(posted.text, '{}');
    assert.equal(driver.requests.length, 0);
  });
}

const broken = [
  { name: 'null', value: null },
  { name: 'an empty object', value: {} },
  { name: 'an array', value: [] },
  { name: 'arguments that are null', value: { args: null } },
  { name: 'arguments that are an array', value: { args: ['type'] } },
  { name: 'arguments that are a text', value: { args: '{"type":"DAG"}' } },
];
for (const { name, value } of broken) {
  test(`our key with ${name} under it is refused, not passed over`, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    const posted = await sidecar.post(withTemplate({ plugin: { 'driver-plugin': value } }));
    assert.match(refusalOf(posted, driver), /template\.plugin\.driver-plugin\.args must be an object/);
  });
}

test('the key that makes a template ours can be set', async (t) => {
  const { driver, sidecar } = await startBridge(t, undefined, { PLUGIN_KEY: 'kfp' });

  const old = await sidecar.post(ours);
  const renamed = await sidecar.post(withTemplate({ plugin: { kfp: { args: containerArguments } } }));

  assert.equal(old.text, '{}');
  assert.equal(outputsOf(renamed)['condition'], 'nil');
  assert.equal(driver.requests.length, 1);
});
