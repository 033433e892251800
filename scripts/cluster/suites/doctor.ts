import assert from 'node:assert/strict';
import { startOtherServer } from '../../../test/doctor/support/driver-server.js';
import { whileChanged } from '../change-object.js';
import type { Check } from '../checks.js';
import { freePort } from '../daemon.js';
import { chartFolder } from '../helm.js';
import type { KubeObject } from '../kube-client.js';
import { type DoctorRun, runDoctor } from '../run-doctor.js';
import type { Stage } from '../stage.js';
import {
  controllerNamespace,
  createDoctorWorld,
  type DoctorWorld,
  namespace,
  objectPaths,
  pem,
} from './doctor-world.js';

let made: DoctorWorld | undefined;
/** Commands of helm that doctor printed. */
const helmCommands = new Set<string>();

/** Made by the first check, ended by the last. */
function world(): DoctorWorld {
  assert.ok(made !== undefined, 'the cluster for doctor was not made');
  return made;
}

const examine = (...args: string[]) => runDoctor([...world().args, '--driver', world().server, ...args]);

interface PreparedFault {
  readonly what: string;
  readonly prepare: (stage: Stage) => Promise<DoctorRun>;
  readonly wrong: readonly string[];
  readonly sentence: RegExp;
  readonly remedy: RegExp;
}

const changed =
  // biome-ignore lint/suspicious/noConfusingVoidType: most changes return nothing
    (path: string, change: (object: KubeObject) => void | 'delete') =>
    ({ cluster }: Stage) =>
      whileChanged(cluster.admin, path, change, () => examine());
const gone = (path: string) => changed(path, () => 'delete');
const variables = (env: readonly { readonly name: string; readonly value: string }[]) =>
  changed(objectPaths.controller, (deployment) => {
    deployment.spec.template.spec.containers[0].env = env;
  });
const base64 = (text: string) => Buffer.from(text).toString('base64');

const faults: readonly PreparedFault[] = [
  {
    what: 'a controller without ARGO_EXECUTOR_PLUGINS',
    prepare: variables([
      { name: 'DEFAULT_REQUEUE_TIME', value: '1s' },
      { name: 'ARGO_AGENT_PATCH_RATE', value: '1s' },
    ]),
    wrong: ['error controller-plugins'],
    sentence: /^ARGO_EXECUTOR_PLUGINS is not set on doctor-controller\/workflow-controller$/,
    remedy:
      /^kubectl set env deployment\/workflow-controller -n doctor-controller ARGO_EXECUTOR_PLUGINS=true$/,
  },
  {
    what: 'a slow controller',
    prepare: variables([{ name: 'ARGO_EXECUTOR_PLUGINS', value: 'true' }]),
    wrong: ['warning controller-speed'],
    sentence: /^DEFAULT_REQUEUE_TIME is 10s and ARGO_AGENT_PATCH_RATE is 10s: /,
    remedy: /DEFAULT_REQUEUE_TIME=1s ARGO_AGENT_PATCH_RATE=1s$/,
  },
  {
    what: 'no ConfigMap',
    prepare: gone(objectPaths.configMap),
    wrong: ['error plugin-configmap'],
    sentence: /^there is no ConfigMap driver-plugin-executor-plugin in doctor or doctor-controller$/,
    remedy: /^helm upgrade --install driver-plugin charts\/driver-plugin -n doctor /,
  },
  {
    what: 'two ConfigMaps',
    prepare: twoConfigMaps,
    wrong: ['error plugin-once'],
    sentence: /is in doctor and in doctor-controller: /,
    remedy: /^kubectl delete configmap driver-plugin-executor-plugin -n doctor-controller$/,
  },
  {
    what: 'a ConfigMap with the wrong key',
    prepare: changed(objectPaths.configMap, (configMap) => {
      configMap.data = { 'sidecar.contianer': configMap.data['sidecar.container'] };
    }),
    wrong: ['error plugin-container'],
    sentence: /has no key sidecar\.container, where Argo looks: it has sidecar\.contianer$/,
    remedy: /^helm upgrade --install /,
  },
  {
    what: "no rights of the run's account",
    prepare: gone(objectPaths.runsBinding),
    wrong: ['error run-account-rights'],
    sentence: /^doctor\/pipeline-runner may not list .*, watch .*, patch workflowtasksets\/status/,
    remedy: /--set 'runs\.serviceAccounts=\{pipeline-runner\}'$/,
  },
  {
    what: 'no right of the controller',
    prepare: gone(objectPaths.controllerBinding),
    wrong: ['error controller-right'],
    sentence:
      /^the controller's account doctor-controller\/argo may not patch workflowtasksets\/status .* in doctor: /,
    remedy: /--set controller\.grantTaskSetStatus=true$/,
  },
  {
    what: 'no token Secret',
    prepare: gone(objectPaths.runsToken),
    wrong: ['error run-account-token'],
    sentence: /^there is no Secret doctor\/pipeline-runner\.service-account-token .*ContainerCreating$/,
    remedy: /\| kubectl apply -n doctor -f -$/,
  },
  {
    what: 'a Lease that nobody holds',
    prepare: changed(objectPaths.lease, (lease) => {
      delete lease.spec;
    }),
    wrong: ['error server-lease'],
    sentence: /^nobody holds the Lease doctor\/kfp-driver-server: no replica drives$/,
    remedy: /^kubectl logs -n doctor deployment\/kfp-driver-server --all-pods /,
  },
  {
    what: "no right of the server's account to its Lease",
    prepare: gone(objectPaths.serverBinding),
    wrong: ['error server-lease'],
    sentence:
      /^doctor\/kfp-driver-server may not get, update, watch the Lease kfp-driver-server: no replica drives$/,
    remedy: /--set server\.replicas=2$/,
  },
  {
    what: 'a wrong token',
    prepare: changed(objectPaths.serverToken, (secret) => {
      secret.data.token = base64('of-another-time');
    }),
    wrong: ['error server-token'],
    sentence: /^the driver server refuses the sidecar's token: /,
    remedy: /^kubectl rollout restart -n doctor deployment\/kfp-driver-server/,
  },
  {
    what: 'a wrong CA',
    prepare: changed(objectPaths.tls, (secret) => {
      secret.data['ca.crt'] = base64(pem('stranger.pem'));
    }),
    wrong: ['error server-tls'],
    sentence: /its certificate is not signed by the CA in Secret kfp-driver-server-tls \(ca\.crt\)$/,
    remedy: /^kubectl get certificates,secrets -n doctor/,
  },
  {
    what: 'a server that is away',
    prepare: async () => runDoctor([...world().args, '--driver', `127.0.0.1:${await freePort()}`]),
    wrong: ['error server-reachable'],
    sentence: /^the driver server cannot be reached at 127\.0\.0\.1:\d+: nothing listens there$/,
    remedy: /^kubectl get pods,endpointslices,networkpolicies -n doctor$/,
  },
  {
    what: 'a server of an old contract',
    prepare: oldContract,
    wrong: ['warning server-token-demanded', 'error server-contract'],
    sentence: /ExecuteRequest\.iteration_index is missing$/,
    remedy: /^helm upgrade --install .*server and sidecar of one version$/,
  },
  {
    what: 'a server of the wrong namespace',
    prepare: changed(objectPaths.configMap, (configMap) => {
      const container: string = configMap.data['sidecar.container'];
      configMap.data['sidecar.container'] = container.replace(
        'kfp-driver-server.$(NAMESPACE)',
        'kfp-driver-server.kubeflow',
      );
    }),
    wrong: ['error server-namespace'],
    sentence:
      /^DRIVER_HOST is kfp-driver-server\.kubeflow: the server of kubeflow refuses workflows of doctor /,
    remedy: /^helm upgrade --install /,
  },
];

async function twoConfigMaps({ cluster: { admin } }: Stage): Promise<DoctorRun> {
  const { data, metadata } = await admin.expect('GET', objectPaths.configMap);
  const copy = { data, metadata: { name: metadata.name, labels: metadata.labels } };
  await admin.expect('POST', objectPaths.configMaps, copy);
  try {
    return await examine();
  } finally {
    await admin.expect('DELETE', `${objectPaths.configMaps}/${metadata.name}`);
  }
}

async function oldContract(): Promise<DoctorRun> {
  const ends: (() => void)[] = [];
  const after = (end: () => void) => ends.push(end);
  const address = await startOtherServer(
    { after } as Parameters<typeof startOtherServer>[0],
    (file) => {
      const request = file.messageType.find(({ name }: KubeObject) => name === 'ExecuteRequest');
      request.field = request.field.filter(({ name }: KubeObject) => name !== 'iteration_index');
    },
    { tls: true },
  );
  try {
    return await runDoctor([...world().args, '--driver', address]);
  } finally {
    for (const end of ends) {
      end();
    }
  }
}

function addHelmCommand(remedy: string): void {
  if (remedy.startsWith('helm ')) {
    helmCommands.add(remedy.replace(/ +#.*$/, ''));
  }
}

/** As a shell would split it; `charts/driver-plugin` is a path in this repository. */
function wordsOf(command: string): string[] {
  const words = command.match(/'[^']*'|\S+/g) ?? [];
  return words.map((word) => word.replaceAll("'", '').replace(/^charts\/driver-plugin$/, chartFolder));
}

async function helmTakesRemedies({ helm }: Stage): Promise<void> {
  assert.ok(helmCommands.size >= 3, `only ${[...helmCommands].join('; ')}`);
  for (const command of helmCommands) {
    await helm.expect(...wordsOf(command).slice(1), '--dry-run=server');
  }
}

async function isGreen(): Promise<void> {
  const { exitCode, wrong, findings } = await examine('--fail-on', 'warning');
  assert.deepEqual(wrong, []);
  assert.equal(exitCode, 0);
  assert.deepEqual(
    findings.filter(({ outcome }) => outcome === 'skipped').map(({ id }) => id),
    // The chart gives doctor no right to look at webhooks.
    ['webhook-converts'],
  );
}

/** `driver-plugin doctor` as the chart's own account for it, which may read little more than what it looks at. */
export const doctor: readonly Check[] = [
  {
    title: 'the chart can be installed with TLS, and a driver server started beside it',
    run: async (stage) => {
      made = await createDoctorWorld(stage);
    },
  },
  { title: "doctor is green as the chart's account for it, and skips nothing but the webhook", run: isGreen },
  ...faults.map(({ what, prepare, wrong, sentence, remedy }) => ({
    title: `doctor finds ${what}, and prints its remedy`,
    run: async (stage: Stage) => {
      const run = await prepare(stage);
      assert.deepEqual(run.wrong, wrong);
      const [id] = (wrong.at(-1) ?? '').split(' ').slice(1);
      const finding = run.findings.find((one) => one.id === id);
      assert.match(finding?.sentence ?? '', sentence);
      assert.match(finding?.remedy ?? '', remedy);
      addHelmCommand(finding?.remedy ?? '');
      assert.equal(run.exitCode, wrong.some((one) => one.startsWith('error')) ? 1 : 0);
    },
  })),
  {
    title: "doctor without a right in the controller's namespace skips what it may not see, and is green",
    run: async ({ cluster }) => {
      const run = await whileChanged(
        cluster.admin,
        objectPaths.readController,
        () => 'delete',
        () => examine(),
      );
      assert.deepEqual([run.exitCode, run.wrong], [0, []]);
      const skipped = run.findings.filter(({ outcome }) => outcome === 'skipped').map(({ id }) => id);
      assert.ok(skipped.includes('controller-there') && skipped.includes('controller-plugins'));
    },
  },
  { title: 'doctor is green again when every fault is mended', run: isGreen },
  { title: 'the real helm takes every command that doctor printed', run: helmTakesRemedies },
  {
    title: 'doctor --pre tells an owner of nothing which rights an install takes',
    run: async () => {
      const { exitCode, findings } = await runDoctor([...world().args, '--pre']);
      assert.equal(exitCode, 1);
      const finding = findings.find(({ id }) => id === 'install-rights');
      assert.match(
        finding?.sentence ?? '',
        /^in doctor you may not create configmaps, .*create rolebindings/,
      );
    },
  },
  {
    title: 'doctor leaves the cluster as it was',
    run: async (stage) => {
      const workflows = await stage.cluster.admin.expect(
        'GET',
        `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`,
      );
      assert.deepEqual(workflows.items, []);
      world().stop();
      await stage.helm.expect('uninstall', 'driver-plugin', '-n', namespace);
      await stage.cluster.admin.expect(
        'DELETE',
        `/apis/apps/v1/namespaces/${controllerNamespace}/deployments`,
      );
    },
  },
];
