import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import type { KubeClient, KubeObject } from './kube-client.js';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Installs every CustomResourceDefinition of a folder's YAML files that `wanted` takes, and waits until they serve. */
export async function installCrds(
  admin: KubeClient,
  folder: string,
  wanted: (file: string) => boolean = () => true,
): Promise<number> {
  const objects = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && wanted(file))
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((one) => one.toJS()))
    .filter((object) => object?.kind === 'CustomResourceDefinition');
  for (const object of objects) {
    await admin.expect('POST', path, object);
  }
  await Promise.all(objects.map((object) => waitUntilServed(admin, object)));
  return objects.length;
}

async function waitUntilServed(admin: KubeClient, { metadata, spec }: KubeObject): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { status } = await admin.expect('GET', `${path}/${metadata.name}`);
    const isEstablished = status?.conditions?.some(
      (condition: KubeObject) => condition.type === 'Established' && condition.status === 'True',
    );
    const version = spec.versions.find((one: KubeObject) => one.served).name;
    const served = await admin.request('GET', `/apis/${spec.group}/${version}/${spec.names.plural}?limit=1`);
    if (isEstablished && served.status === 200) {
      return;
    }
    await sleep(100);
  }
  throw new Error(`${metadata.name} is not served after 10 s`);
}
