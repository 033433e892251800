import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JsonObject, objectOf } from '../../../src/common/json.js';
import { convertWorkflow } from '../../../src/convert/convert-workflow.js';
import { makeCertificate } from '../../../src/webhook/make-certificate.js';
import { stockFolder, stockWorkflow, stockWorkflows } from '../../../test/support/stock-workflows.js';
import { joinWorkflows } from '../../bench/load/large-workflow.js';
import type { Check } from '../checks.js';
import { asApiServerCreates, asScheduledWorkflowCreates } from '../created-workflows.js';
import type { Daemon } from '../daemon.js';
import { type Fault, faults, startFaultyWebhook } from '../faulty-webhook.js';
import type { KubeObject } from '../kube-client.js';
import { createNamespace } from '../namespaces.js';
import type { Stage } from '../stage.js';
import {
  failOpenCount,
  installWebhook,
  readCertificate,
  readConfiguration,
  type WebhookRelease,
  writeCaBundle,
} from '../webhook-release.js';
import { webhookNamespace, webhook as webhookRights } from './expected-rights.js';
import { checksOf } from './rights.js';

/** The chart's kfp.version. */
const labels = { 'driver-plugin/adopt': '2.17.0' };
const labelled = 'adopting';

let release: WebhookRelease;
let webhook: Daemon;

/** The webhook as a process of its own behind a real API server. Each check goes on where the one before ended. */
export const webhookChecks: readonly Check[] =
  stockFolder.skip === false
    ? [
        { title: 'the webhook makes its certificate with the rights that the chart gives it', run: start },
        ...checksOf('the webhook', `${webhookNamespace}:driver-plugin-webhook`, webhookRights),
        {
          title: "a run as KFP's API server creates it is stored converted",
          run: (stage) => isConverted(stage, asApiServerCreates),
        },
        {
          title: 'a run as the controller of recurring runs creates it is stored converted',
          run: (stage) => isConverted(stage, asScheduledWorkflowCreates),
        },
        { title: 'elsewhere, and with the label of another KFP, workflows stay as they are', run: elsewhere },
        { title: 'a workflow that is no run, or opts out by its label, stays as it is', run: otherObjects },
        { title: 'a dry run answers the conversion and stores nothing', run: dryRun },
        { title: 'server-side apply creates a converted workflow', run: serverSideApply },
        {
          title: 'a workflow created with a status that has run stays as it is, and the client is told',
          run: hasRun,
        },
        { title: 'an update of a workflow is never converted', run: update },
        { title: 'every workflow of the newest compiler is stored converted', run: everyFile },
        { title: '200 creations at once are all stored converted', run: many },
        { title: 'a workflow of 1.4 MB is stored converted', run: large },
        { title: 'one that its conversion would make too large for etcd is stored as it is', run: tooLarge },
        { title: 'with the webhook killed a workflow is created as it is within 6 s', run: killed },
        ...Object.entries(faults).map(([what, fault]) => ({
          title: `with a webhook that ${what} a workflow is created as it is within 6 s`,
          run: (stage: Stage) => withFault(stage, fault),
        })),
        { title: 'with an expired certificate a workflow is created as it is within 6 s', run: expired },
        { title: 'with a CA that nobody knows a workflow is created as it is within 6 s', run: otherCa },
        { title: 'a webhook that starts again repairs its configuration, and converts', run: restart },
        {
          title:
            'a CA that the configuration lost is told in the log of the webhook, since nobody else tells',
          run: distrust,
        },
        { title: 'without the label the next workflow has driver pods', run: labelOff },
        { title: 'uninstalling takes all that is cluster-wide with it', run: uninstall },
      ]
    : [];

async function start(stage: Stage): Promise<void> {
  const { admin } = stage.cluster;
  release = await installWebhook(stage);
  await createNamespace(admin, labelled, ['pipeline-runner'], labels);
  assert.deepEqual(await readCertificate(stage), {});
  webhook = release.start();
  await untilConverting(stage);
  const { 'ca.crt': ca } = await readCertificate(stage);
  const { caBundle } = (await readConfiguration(stage)).webhooks[0].clientConfig;
  assert.equal(Buffer.from(caBundle, 'base64').toString(), ca);
}

type Create = (workflow: JsonObject, runId: string) => JsonObject;

async function isConverted(stage: Stage, create: Create): Promise<void> {
  for (const version of ['2.14.4', '2.15.0', '2.16.1', '2.17.0', 'head']) {
    const sent = create(stockWorkflow(`${version}/hello_world.yaml`), `run-${version}`);
    assertConverted(await post(stage, labelled, sent), sent);
  }
}

/** What is stored is what convert makes of it, and the annotations. */
function assertConverted(stored: KubeObject, sent: JsonObject): void {
  const conversion = convertWorkflow(sent);
  assert.equal(conversion.kind, 'converted');
  assert.deepEqual(stored.spec, objectOf((conversion as { workflow: JsonObject }).workflow['spec']));
  assert.match(stored.metadata.annotations['driver-plugin/converted-by'], /^driver-plugin webhook \d/);
}

function assertAsSent(stored: KubeObject, sent: JsonObject): void {
  assert.deepEqual(stored.spec, sent['spec']);
  assert.equal(stored.metadata.annotations?.['driver-plugin/converted-by'], undefined);
}

async function elsewhere(stage: Stage): Promise<void> {
  const { admin } = stage.cluster;
  await createNamespace(admin, 'not-adopting');
  await createNamespace(admin, 'of-another-kfp', [], { 'driver-plugin/adopt': '2.16.1' });
  for (const namespace of ['not-adopting', 'of-another-kfp']) {
    const sent = hello();
    assertAsSent(await post(stage, namespace, sent), sent);
  }
}

async function otherObjects(stage: Stage): Promise<void> {
  for (const others of [{}, { 'pipeline/runid': 'run', 'driver-plugin/adopt': 'disabled' }]) {
    const sent = hello();
    objectOf(sent['metadata'])['labels'] = others;
    assertAsSent(await post(stage, labelled, sent), sent);
  }
}

async function dryRun(stage: Stage): Promise<void> {
  const before = await count(stage);
  const sent = hello();
  assertConverted(await post(stage, labelled, sent, '?dryRun=All'), sent);
  assert.equal(await count(stage), before);
}

async function serverSideApply(stage: Stage): Promise<void> {
  const sent = hello();
  const { generateName: _, creationTimestamp: __, ...metadata } = objectOf(sent['metadata']);
  const body = { ...sent, metadata: { ...metadata, name: 'applied' } };
  const path = `${pathOf(labelled)}/applied?fieldManager=gitops`;
  const contentType = 'application/apply-patch+yaml';
  const { status, body: stored } = await stage.cluster.admin.request('PATCH', path, { body, contentType });
  assert.equal(status, 201, stored.message);
  assertConverted(stored, sent);
}

async function hasRun(stage: Stage): Promise<void> {
  const sent = { ...hello(), status: { phase: 'Succeeded', startedAt: null, finishedAt: null } };
  const { status, body, warnings } = await stage.cluster.admin.request('POST', pathOf(labelled), {
    body: sent,
  });
  assert.equal(status, 201);
  assertAsSent(body, sent);
  assert.match(warnings.join(), /driver-plugin: this workflow keeps its driver pods: it has run/);
}

async function update(stage: Stage): Promise<void> {
  const sent = hello();
  objectOf(sent['metadata'])['labels'] = {};
  const stored = await post(stage, labelled, sent);
  stored.metadata.labels = { 'pipeline/runid': 'late' };
  const path = `${pathOf(labelled)}/${stored.metadata.name}`;
  assertAsSent(await stage.cluster.admin.expect('PUT', path, stored), sent);
}

async function everyFile(stage: Stage): Promise<void> {
  for (const { file, workflow } of stockWorkflows('head')) {
    const sent = asApiServerCreates(workflow, file.replace(/\W/g, '-'));
    assertConverted(await post(stage, labelled, sent), sent);
  }
}

/** Whoever waits longer than BUDGET_SECONDS is left alone, as a machine with other work makes it: then once more. */
const mostRounds = 3;

async function many(stage: Stage): Promise<void> {
  let missed = -1;
  for (let round = 0; round < mostRounds && missed !== 0; round += 1) {
    const workflows = Array.from({ length: 200 }, (_, at) =>
      asApiServerCreates(compiledHello(), `many-${at}`),
    );
    const stored = await Promise.all(workflows.map((sent) => post(stage, labelled, sent)));
    const converted = stored.filter(isConvertedObject);
    for (const one of converted) {
      assertConverted(one, workflows[stored.indexOf(one)] ?? {});
    }
    missed = stored.length - converted.length;
  }
  assert.equal(missed, 0, `${missed} of 200 were left alone`);
}

async function large(stage: Stage): Promise<void> {
  const sent = padded(900_000, 1_400_000);
  assertConverted(await post(stage, labelled, sent), sent);
}

async function tooLarge(stage: Stage): Promise<void> {
  const sent = padded(400_000, 1_515_000);
  assertAsSent(await post(stage, labelled, sent), sent);
}

/** Many tasks, and one component of the rest of the size. */
function padded(taskBytes: number, bytes: number): JsonObject {
  const workflows = stockWorkflows('head').map(({ workflow }) => workflow);
  const joined = structuredClone(joinWorkflows(workflows, taskBytes)) as KubeObject;
  const sent = asApiServerCreates(joined, 'large') as KubeObject;
  const missing = bytes - JSON.stringify(sent).length;
  sent.spec.arguments.parameters.push({ name: 'components-large', value: 'x'.repeat(missing) });
  return sent;
}

async function killed(stage: Stage): Promise<void> {
  await webhook.stop();
  await failsOpen(stage);
}

async function withFault(stage: Stage, fault: Fault): Promise<void> {
  const { 'tls.crt': certificate = '', 'tls.key': key = '' } = await readCertificate(stage);
  const stop = await startFaultyWebhook(release.port, { certificate, key }, fault);
  await failsOpen(stage).finally(stop);
}

const dnsNames = ['driver-plugin-webhook.webhook.svc'];
const hourMs = 3_600_000;

async function expired(stage: Stage): Promise<void> {
  const [notBefore, notAfter] = [new Date(Date.now() - 2 * hourMs), new Date(Date.now() - hourMs)];
  const made = await makeCertificate({ dnsNames, notBefore, notAfter });
  await writeCaBundle(stage, Buffer.from(made.caCertificate).toString('base64'));
  const stop = await startFaultyWebhook(release.port, made, () => assert.fail('it was trusted'));
  await failsOpen(stage).finally(stop);
}

async function otherCa(stage: Stage): Promise<void> {
  const [notBefore, notAfter] = [new Date(Date.now() - hourMs), new Date(Date.now() + hourMs)];
  const made = await makeCertificate({ dnsNames, notBefore, notAfter });
  const stop = await startFaultyWebhook(release.port, made, () => assert.fail('it was trusted'));
  await failsOpen(stage).finally(stop);
}

/** A creation that asked the webhook in vain. */
async function failsOpen(stage: Stage): Promise<void> {
  const before = await failOpenCount(stage);
  const sent = hello();
  const startedMs = performance.now();
  const stored = await post(stage, labelled, sent);
  const ms = performance.now() - startedMs;
  assertAsSent(stored, sent);
  assert.ok(ms < 6000, `it took ${ms} ms`);
  assert.equal(await failOpenCount(stage), before + 1);
}

async function restart(stage: Stage): Promise<void> {
  webhook = release.start();
  await untilConverting(stage);
}

async function distrust(stage: Stage): Promise<void> {
  const made = await makeCertificate({
    dnsNames,
    notBefore: new Date(),
    notAfter: new Date(Date.now() + hourMs),
  });
  await writeCaBundle(stage, Buffer.from(made.caCertificate).toString('base64'));
  await until(async () => !isConvertedObject(await post(stage, labelled, hello(), '?dryRun=All')));
  await until(async () => /"level":"warn".*a caller does not trust the certificate/.test(webhook.tail()));
  await webhook.stop();
  await restart(stage);
}

async function labelOff(stage: Stage): Promise<void> {
  const { admin } = stage.cluster;
  const path = `/api/v1/namespaces/${labelled}`;
  const namespace = await admin.expect('GET', path);
  delete namespace.metadata.labels['driver-plugin/adopt'];
  await admin.expect('PUT', path, namespace);
  await until(async () => !isConvertedObject(await post(stage, labelled, hello(), '?dryRun=All')));
}

async function uninstall(stage: Stage): Promise<void> {
  await webhook.stop();
  const { helm, cluster } = stage;
  await helm.expect('uninstall', 'webhook', '-n', release.namespace);
  for (const path of clusterWide) {
    assert.equal((await cluster.admin.request('GET', path)).status, 404, path);
  }
}

const clusterWide = [
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/driver-plugin-webhook',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles/driver-plugin-webhook',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/driver-plugin-webhook',
];

function hello(): JsonObject {
  return asApiServerCreates(compiledHello(), 'run-1');
}

function compiledHello(): JsonObject {
  return stockWorkflow('2.17.0/hello_world.yaml');
}

function pathOf(namespace: string): string {
  return `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
}

function post({ cluster }: Stage, namespace: string, object: JsonObject, query = ''): Promise<KubeObject> {
  return cluster.admin.expect('POST', pathOf(namespace) + query, object);
}

async function count({ cluster }: Stage): Promise<number> {
  const { items } = await cluster.admin.expect('GET', pathOf(labelled));
  return items.length;
}

function isConvertedObject({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['driver-plugin/converted-by'] !== undefined;
}

/** The API server learns of the CA, and the process of its port, a moment later. */
function untilConverting(stage: Stage): Promise<void> {
  return until(async () => {
    if (webhook.hasEnded()) {
      throw new Error(`the webhook ended:\n${webhook.tail()}`);
    }
    return isConvertedObject(await post(stage, labelled, hello(), '?dryRun=All'));
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > endMs) {
      throw new Error(`it did not come to hold within a minute; the webhook said:\n${webhook.tail()}`);
    }
    await sleep(200);
  }
}
