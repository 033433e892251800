import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine } from '../../src/doctor/examine.js';
import { startApiServer } from './support/api-server.js';
import { examineCluster, optionsOf } from './support/examine-cluster.js';
import { answersOf, healthyCluster, namespace, paths } from './support/healthy-cluster.js';

/** Findings with other credentials, or from another API server, than those of a healthy cluster. */
async function examineWith(args: readonly string[]) {
  const { findings } = await examine(optionsOf(['--timeout', '1', ...args]));
  return findings;
}

test('an API server that is away is one error, and everything else is skipped with its reason', async (t) => {
  const { kubeconfig } = await startApiServer(t, () => undefined);
  const findings = await examineWith(['--kubeconfig', kubeconfig({ server: 'https://127.0.0.1:1' })]);
  const sentence = 'the Kubernetes API at https://127.0.0.1:1 cannot be reached: nothing listens there';
  assert.deepEqual(
    findings.filter(({ outcome }) => outcome !== 'skipped').map(({ id, ...rest }) => [id, rest.sentence]),
    [['kubernetes-api', sentence]],
  );
  assert.deepEqual(new Set(findings.map((finding) => finding.sentence)), new Set([sentence]));
});

const refusals = [
  {
    what: 'an unknown token',
    changes: { token: 'stale' },
    sentence: /does not know these credentials \(401\): log in again, or choose another --context$/,
  },
  {
    what: 'a certificate of another CA',
    changes: { ca: 'stranger.pem' },
    sentence: /cannot be reached: its certificate is not of the kubeconfig's CA$/,
  },
] as const;

for (const { what, changes, sentence } of refusals) {
  test(`${what} is told in one sentence`, async (t) => {
    const { kubeconfig } = await startApiServer(t, answersOf(healthyCluster()));
    const [first] = await examineWith(['--kubeconfig', kubeconfig(changes)]);
    assert.equal(first?.id, 'kubernetes-api');
    assert.equal(first?.outcome, 'error');
    assert.match(first?.sentence ?? '', sentence);
  });
}

test('an API server that never answers is an error after the timeout', async (t) => {
  const { kubeconfig, url } = await startApiServer(t, () => 'silent');
  const [first] = await examineWith(['--kubeconfig', kubeconfig()]);
  assert.equal(first?.sentence, `the Kubernetes API at ${url} did not answer within 1 s`);
});

test('an answer that is a fault of the API server is an error in its words, with no remedy for what was asked', async (t) => {
  const { find } = await examineCluster(t, ({ objects }) => {
    objects[paths.account] = 500;
  });
  assert.equal(find('run-account').outcome, 'error');
  assert.equal(find('run-account').remedy, 'kubectl get --raw /readyz?verbose');
  assert.equal(find('run-account').hint, 'docs/doctor.md#kubernetes-api');
  assert.match(find('run-account').sentence, /answered 500 to GET .*pipeline-runner: an internal error$/);
});

test('what doctor may not read is skipped with the right that it lacks', async (t) => {
  const { find, wrong } = await examineCluster(t, ({ objects }) => {
    objects[paths.controllers] = 403;
    objects[paths.accountToken] = 403;
    objects[paths.serverToken] = 403;
  });
  assert.deepEqual(wrong(), []);
  const skipped = ['controller-there', 'run-account-token', 'plugin-secrets'].map((id) => find(id));
  assert.deepEqual(
    skipped.map(({ outcome, sentence }) => [outcome, sentence]),
    [
      ['skipped', 'you may not get deployments.apps in kubeflow'],
      ['skipped', 'you may not get secrets in team-a'],
      ['skipped', 'you may not get secrets in team-a'],
    ],
  );
});

test("the controller's right is asked for a named account where its Deployment cannot be read", async (t) => {
  const { find } = await examineCluster(
    t,
    ({ objects, denied }) => {
      objects[paths.controllers] = 403;
      denied.add('argo patch workflowtasksets/status');
    },
    ['--controller-service-account', 'argo'],
  );
  assert.equal(find('controller-right').outcome, 'error');
});

test("the namespace is the context's where none is given", async (t) => {
  const { kubeconfig } = await startApiServer(t, answersOf(healthyCluster()));
  const { scope } = await examine(optionsOf(['--kubeconfig', kubeconfig({ namespace })]));
  assert.equal(scope.namespace, namespace);
});

test('an unknown context is an error that names the known ones', async (t) => {
  const { kubeconfig } = await startApiServer(t, answersOf(healthyCluster()));
  const [first] = await examineWith(['--kubeconfig', kubeconfig(), '--context', 'prod']);
  assert.match(
    first?.sentence ?? '',
    /^the kubeconfig has no context "prod" with a cluster: choose one of test by/,
  );
});

test('doctor creates nothing but reviews and dry runs', async (t) => {
  const { requests } = await examineCluster(t);
  const writes = requests.filter(({ method }) => method !== 'GET');
  assert.ok(writes.length > 0);
  assert.deepEqual(
    writes.filter(({ path }) => !/accessreviews$|\?dryRun=All$/.test(path)),
    [],
  );
});

test('before an install only what must be there already is looked at, and what the installer may do', async (t) => {
  const { findings, find } = await examineCluster(
    t,
    ({ objects, denied }) => {
      for (const path of [paths.configMap, paths.service, paths.serverToken, paths.accountToken]) {
        delete objects[path];
      }
      denied.add('you create rolebindings');
    },
    ['--pre'],
  );
  assert.deepEqual(
    findings.map(({ id }) => id),
    [
      'kubernetes-api',
      'argo-crds',
      'install-rights',
      'controller-there',
      'controller-plugins',
      'controller-version',
      'controller-namespace',
      'controller-speed',
      'run-account',
    ],
  );
  assert.equal(
    find('install-rights').sentence,
    'in team-a you may not create rolebindings (rbac.authorization.k8s.io)',
  );
});

test('an install into a namespace that is not there is an error whose remedy makes it', async (t) => {
  const { find } = await examineCluster(
    t,
    ({ objects }) => {
      delete objects[`/api/v1/namespaces/${namespace}`];
    },
    ['--pre'],
  );
  assert.equal(find('install-rights').remedy, 'kubectl create namespace team-a');
});

test("the library names a pod's own context as doctor expects it", async () => {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromCluster();
  assert.equal(config.getCurrentContext(), 'inClusterContext');
});
