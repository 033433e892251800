import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../checks.js';
import { chartFolder } from '../helm.js';
import { inventory } from '../inventory.js';
import { createNamespace } from '../namespaces.js';
import type { Stage } from '../stage.js';

const folder = join(chartFolder, 'ci');
const files = readdirSync(folder).filter((file) => file.endsWith('-values.yaml'));
const controllerNamespace = 'ci-controller';

/** One install, upgrade and uninstall for each file of values in the chart's ci folder. */
export const exampleValues: readonly Check[] = files.map((file) => ({
  title: `ci/${file} can be installed, upgraded to and from the default values, and uninstalled without a trace`,
  run: (stage) => tryFile(stage, file),
}));

async function tryFile(stage: Stage, file: string): Promise<void> {
  const { admin } = stage.cluster;
  const namespace = `ci-${file.replace('-values.yaml', '')}`;
  await createNamespace(admin, namespace, ['pipeline-runner', 'default-editor']);
  if ((await admin.request('GET', `/api/v1/namespaces/${controllerNamespace}`)).status === 404) {
    await createNamespace(admin, controllerNamespace, ['argo']);
  }
  const everything = async () => [
    ...(await inventory(stage, namespace)),
    ...(await inventory(stage, controllerNamespace)),
  ];
  const before = await everything();
  const values = ['-n', namespace, '--values', join(folder, file)];
  await stage.helm.expect('install', 'driver-plugin', chartFolder, ...values);
  const installed = await everything();
  assert.ok(installed.length > before.length + 5);
  await stage.helm.expect('upgrade', 'driver-plugin', chartFolder, '-n', namespace, '--reset-values');
  await stage.helm.expect('upgrade', 'driver-plugin', chartFolder, ...values);
  const isObject = (path: string) => !path.includes('/sh.helm.release.');
  assert.deepEqual((await everything()).filter(isObject), installed.filter(isObject));
  await stage.helm.expect('uninstall', 'driver-plugin', '-n', namespace);
  assert.deepEqual(await everything(), before);
}
