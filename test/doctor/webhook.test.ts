import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examineCluster } from './support/examine-cluster.js';
import { type Cluster, namespace, paths } from './support/healthy-cluster.js';

const label = 'driver-plugin.example.com/convert';

/** A webhook for labelled namespaces, and whether this one has the label. */
const webhook =
  (labels: Record<string, string>, stored: object) =>
  ({ objects }: Cluster) => {
    const selector = { matchExpressions: [{ key: label, operator: 'Exists' }] };
    objects[paths.webhooks] = {
      items: [
        { metadata: { name: 'driver-plugin' }, webhooks: [{ name: 'convert', namespaceSelector: selector }] },
      ],
    };
    objects[`/api/v1/namespaces/${namespace}`] = { metadata: { name: namespace, labels } };
    objects[paths.dryRun] = stored;
  };
const unchanged = { spec: { templates: [{ name: 'system-dag-driver', container: {} }] } };
const converted = { spec: { templates: [{ name: 'system-dag-driver', plugin: { 'driver-plugin': {} } }] } };

test('without a webhook its check is skipped', async (t) => {
  const { find } = await examineCluster(t);
  assert.equal(find('webhook-converts').outcome, 'skipped');
  assert.match(find('webhook-converts').sentence, /^no webhook of driver-plugin is installed/);
});

test('a namespace that has not opted in is skipped, and nothing is created in it', async (t) => {
  const { find, requests } = await examineCluster(t, webhook({}, unchanged));
  assert.equal(find('webhook-converts').outcome, 'skipped');
  assert.match(find('webhook-converts').sentence, /^team-a has not opted in/);
  assert.ok(!requests.some(({ path }) => path === paths.dryRun));
});

test('a namespace whose workflows are converted is well; the dry run had the form that KFP writes', async (t) => {
  const { find, requests } = await examineCluster(t, webhook({ [label]: 'enabled' }, converted));
  assert.equal(find('webhook-converts').outcome, 'well');
  const [workflow] = requests.filter(({ path }) => path === paths.dryRun).map(({ body }) => body);
  assert.equal(workflow.metadata.labels['pipeline/runid'], 'driver-plugin-doctor');
  assert.deepEqual(workflow.spec.templates[0].container.command, ['driver']);
});

test('a namespace whose webhook converts nothing is an error', async (t) => {
  const { find, wrong } = await examineCluster(t, webhook({ [label]: 'enabled' }, unchanged));
  assert.deepEqual(wrong(), ['error webhook-converts']);
  assert.match(
    find('webhook-converts').sentence,
    /admitted to team-a unchanged, although driver-plugin selects it$/,
  );
});
