import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { createAgentTokenCheck } from '../src/argo/agent-token.js';
import { readSettings } from '../src/common/settings.js';
import { sidecarSettings } from '../src/sidecar/sidecar-settings.js';

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
  };
}

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const manifest = parse(read('plugin.yaml'));
const { container } = manifest.spec.sidecar;
const environment: readonly EnvironmentVariable[] = container.env;
const dockerfile = read('Dockerfile');
const { version } = JSON.parse(read('package.json'));

/** Variables for Kubernetes and Node.js, which are no settings of the sidecar. */
const notSettings = ['NAMESPACE', 'NODE_OPTIONS'];
const defaults = readSettings(sidecarSettings, { DRIVER_HOST: 'driver' }).values;

test("Argo's agent calls the port that the sidecar listens on", () => {
  assert.equal(container.ports[0].containerPort, defaults.serverPort);
  assert.match(dockerfile, new RegExp(`^EXPOSE ${defaults.serverPort}$`, 'm'));
});

test('every variable is a setting, once, with a value that the sidecar takes', () => {
  const names = environment.map(({ name }) => name);
  const settings = Object.values(sidecarSettings).map(({ env }) => env as string);
  assert.deepEqual(
    names.filter((name) => ![...settings, ...notSettings].includes(name)),
    [],
  );
  assert.equal(new Set(names).size, names.length);
  const values = environment.map(
    ({ name, value }) => [name, value?.replaceAll('$(NAMESPACE)', 'kubeflow')] as const,
  );
  assert.deepEqual(readSettings(sidecarSettings, Object.fromEntries(values)).faults, []);
});

test('every variable that says a default says the default of the code', () => {
  const fallbacks = new Map(
    Object.values(sidecarSettings).map((setting) => [
      setting.env as string,
      'fallback' in setting ? setting.fallback : undefined,
    ]),
  );
  const differing = environment.filter(({ name, value }) => {
    const fallback = fallbacks.get(name);
    return value !== undefined && fallback !== undefined && value !== fallback;
  });
  assert.deepEqual(differing, []);
});

test('the bearer token comes from the Secret that the chart makes, and no pod starts without it', () => {
  const token = environment.find(({ name }) => name === 'DRIVER_TOKEN');
  assert.deepEqual(token?.valueFrom, { secretKeyRef: { name: 'kfp-driver-server-token', key: 'token' } });
});

test("the driver is asked for in the workflow's own namespace", () => {
  const names = environment.map(({ name }) => name);
  const variable = (name: string) => environment.find((candidate) => candidate.name === name);
  assert.equal(variable('DRIVER_HOST')?.value, 'kfp-driver-server.$(NAMESPACE)');
  assert.equal(variable('NAMESPACE')?.valueFrom?.fieldRef?.fieldPath, 'metadata.namespace');
  // Kubernetes expands a variable only if it is defined above.
  assert.ok(names.indexOf('NAMESPACE') < names.indexOf('DRIVER_HOST'));
});

test("the container runs as the uid that can read the agent's token, in plugin.yaml, image and advice", async () => {
  const uid = container.securityContext.runAsUser;
  assert.equal(uid, 8737);
  assert.match(dockerfile, new RegExp(`^USER ${uid}$`, 'm'));
  const verdict = createAgentTokenCheck('/nowhere/token', () => 0)(undefined);
  assert.ok(JSON.stringify(verdict).includes(`runAsUser: ${uid}`));
});

test('the container may do nothing that it need not do', () => {
  assert.deepEqual(container.securityContext, {
    runAsNonRoot: true,
    runAsUser: 8737,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  });
  assert.equal(manifest.spec.sidecar.automountServiceAccountToken, false);
  assert.equal(container.terminationMessagePolicy, 'FallbackToLogsOnError');
});

test('limits are at most twice the requests, which a LimitRange may ask for', () => {
  const { requests, limits } = container.resources;
  assert.ok(Number.parseInt(limits.cpu, 10) <= 2 * Number.parseInt(requests.cpu, 10));
  assert.ok(Number.parseInt(limits.memory, 10) <= 2 * Number.parseInt(requests.memory, 10));
  assert.match(`${limits.cpu} ${requests.cpu}`, /^\d+m \d+m$/);
  assert.match(`${limits.memory} ${requests.memory}`, /^\d+Mi \d+Mi$/);
});

test("Node's heap fits into the memory that the container may use", () => {
  const options = environment.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '';
  const heapMiB = Number(/--max-old-space-size=(\d+)/.exec(options)?.[1]);
  assert.ok(heapMiB < 0.75 * Number.parseInt(container.resources.limits.memory, 10), options);
});

test('only fields stand in it that every Argo since 3.4 knows: it refuses others', () => {
  assert.deepEqual(Object.keys(manifest), ['apiVersion', 'kind', 'metadata', 'spec']);
  assert.deepEqual([manifest.apiVersion, manifest.kind], ['argoproj.io/v1alpha1', 'ExecutorPlugin']);
  assert.deepEqual(Object.keys(manifest.spec), ['sidecar']);
  assert.deepEqual(Object.keys(manifest.spec.sidecar), ['automountServiceAccountToken', 'container']);
  const known = ['name', 'image', 'ports', 'env', 'resources', 'terminationMessagePolicy', 'securityContext'];
  assert.deepEqual(Object.keys(container).sort(), known.sort());
});

test('the manifest tells which version this is and what it needs', () => {
  assert.ok(container.image.endsWith(`:${version}`), container.image);
  const { annotations, name } = manifest.metadata;
  assert.equal(name, container.name);
  assert.notEqual(annotations['workflows.argoproj.io/description'].trim(), '');
  assert.match(annotations['workflows.argoproj.io/version'], /^>= v3\.4\.2$/);
});

test('the example of a plugin in the workflow itself has the same container', () => {
  const workflow = parse(read('examples/workflow-with-plugin.yaml'));
  assert.deepEqual(workflow.spec.executorPlugins, [
    { metadata: { name: manifest.metadata.name }, spec: { sidecar: manifest.spec.sidecar } },
  ]);
});

test('the image has no package manager, no shell and no other side of the contract at run time', () => {
  const runtime = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  assert.doesNotMatch(runtime, /^RUN /m);
  assert.doesNotMatch(runtime, /npm|yarn|corepack/);
  assert.match(dockerfile, /^ARG RUNTIME_IMAGE=gcr\.io\/distroless\/nodejs22-/m);
  assert.match(dockerfile, /^RUN \/nodejs\/bin\/node scripts\/image-tree\.mjs sidecar \/image$/m);
  assert.equal(JSON.parse(read('scripts/images.json')).sidecar.launcher, 'driver-plugin.cjs');
});
