import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examineCluster } from './support/examine-cluster.js';
import {
  apiServerOfKfp,
  type Cluster,
  configMapOf,
  controllerDeployment,
  fastController,
  namespace,
  paths,
  pluginContainer,
  serverDeployment,
} from './support/healthy-cluster.js';

interface Fault {
  /** Completes "... is an error/a warning". */
  readonly what: string;
  readonly change: (cluster: Cluster) => void;
  readonly found: readonly string[];
  readonly id: string;
  readonly sentence: RegExp;
  readonly remedy: RegExp;
}

const controller = (env: Record<string, string>, image?: string, args?: string[]) => (cluster: Cluster) => {
  cluster.objects[paths.controllers] = { items: [controllerDeployment(env, image, args)] };
};
const container = (change: (container: ReturnType<typeof pluginContainer>) => void) => (cluster: Cluster) => {
  const changed = pluginContainer();
  change(changed);
  cluster.objects[paths.configMap] = configMapOf(changed);
};
const setVariable = (name: string, value: string) =>
  container(({ env }) => {
    const variable = env.find((one: { name: string }) => one.name === name);
    delete variable.valueFrom;
    variable.value = value;
  });
const without = (path: string) => (cluster: Cluster) => {
  delete cluster.objects[path];
};
const deny =
  (...rights: string[]) =>
  (cluster: Cluster) => {
    for (const right of rights) {
      cluster.denied.add(right);
    }
  };

const faults: readonly Fault[] = [
  {
    what: 'a cluster without task sets',
    change: (cluster) => {
      cluster.objects[paths.crds] = { resources: [{ name: 'workflows' }] };
    },
    found: ['error argo-crds'],
    id: 'argo-crds',
    sentence: /^the cluster has no workflowtasksets/,
    remedy: /kubectl get crd/,
  },
  {
    what: 'a namespace without a controller',
    change: (cluster) => {
      cluster.objects[paths.controllers] = { items: [serverDeployment()] };
    },
    found: ['error controller-there'],
    id: 'controller-there',
    sentence: /^no Deployment of kubeflow runs Argo's workflow-controller/,
    remedy: /--controller-namespace/,
  },
  {
    what: 'a controller without ARGO_EXECUTOR_PLUGINS',
    change: controller({ ...fastController, ARGO_EXECUTOR_PLUGINS: '' }),
    found: ['error controller-plugins'],
    id: 'controller-plugins',
    sentence: /^ARGO_EXECUTOR_PLUGINS on kubeflow\/workflow-controller is ""/,
    remedy: /^kubectl set env deployment\/workflow-controller -n kubeflow ARGO_EXECUTOR_PLUGINS=true$/,
  },
  {
    what: "a controller with Argo's own times",
    change: controller({ ARGO_EXECUTOR_PLUGINS: 'true' }),
    found: ['warning controller-speed'],
    id: 'controller-speed',
    sentence: /^DEFAULT_REQUEUE_TIME is 10s and ARGO_AGENT_PATCH_RATE is 10s: .*120 s instead of 70/,
    remedy:
      /^kubectl set env deployment\/workflow-controller -n kubeflow DEFAULT_REQUEUE_TIME=1s ARGO_AGENT_PATCH_RATE=1s$/,
  },
  {
    what: 'a time that Argo cannot read',
    change: controller({ ...fastController, DEFAULT_REQUEUE_TIME: '1' }),
    found: ['error controller-speed'],
    id: 'controller-speed',
    sentence: /"1" is no duration, and Argo does not start with it$/,
    remedy: /DEFAULT_REQUEUE_TIME=1s/,
  },
  {
    what: 'Argo 3.7.15',
    change: controller(fastController, 'v3.7.15'),
    found: ['warning controller-version'],
    id: 'controller-version',
    sentence: /^Argo v3\.7\.15 never takes finished tasks/,
    remedy: /3\.7\.16, 4\.0\.6/,
  },
  {
    what: 'Argo 3.4.1',
    change: controller(fastController, 'v3.4.1'),
    found: ['error controller-version'],
    id: 'controller-version',
    sentence: /^Argo v3\.4\.1 is too old/,
    remedy: /3\.7\.16/,
  },
  {
    what: 'a controller for its own namespace alone',
    change: controller(fastController, 'v4.0.8', ['--namespaced']),
    found: ['error controller-namespace'],
    id: 'controller-namespace',
    sentence: /^the controller runs the workflows of kubeflow alone, not those of team-a$/,
    remedy: /doctor --namespace/,
  },
  {
    what: 'a controller that may not patch task sets',
    change: deny('argo patch workflowtasksets/status'),
    found: ['error controller-right'],
    id: 'controller-right',
    sentence: /^the controller's account kubeflow\/argo may not patch workflowtasksets\/status .* in team-a/,
    remedy: /^helm upgrade .* --set controller\.grantTaskSetStatus=true$/,
  },
  {
    what: 'a namespace without the ConfigMap',
    change: without(paths.configMap),
    found: ['error plugin-configmap'],
    id: 'plugin-configmap',
    sentence: /^there is no ConfigMap driver-plugin-executor-plugin in team-a or kubeflow$/,
    remedy: /^helm upgrade --install driver-plugin/,
  },
  {
    what: 'the ConfigMap in two namespaces',
    change: (cluster) => {
      cluster.objects[paths.configMapOfController] = configMapOf(pluginContainer(), 'kubeflow');
    },
    found: ['error plugin-once'],
    id: 'plugin-once',
    sentence: /^ConfigMap driver-plugin-executor-plugin is in team-a and in kubeflow: /,
    remedy: /^kubectl delete configmap driver-plugin-executor-plugin -n kubeflow$/,
  },
  {
    what: "the ConfigMap without Argo's label",
    change: (cluster) => {
      cluster.objects[paths.configMap].metadata.labels = {};
    },
    found: ['error plugin-label'],
    id: 'plugin-label',
    sentence: /lacks the label workflows\.argoproj\.io\/configmap-type=ExecutorPlugin$/,
    remedy: /^kubectl label configmap driver-plugin-executor-plugin -n team-a /,
  },
  {
    what: 'a ConfigMap with another key',
    change: (cluster) => {
      cluster.objects[paths.configMap].data = { container: 'name: driver-plugin' };
    },
    found: ['error plugin-container'],
    id: 'plugin-container',
    sentence: /has no key sidecar\.container, where Argo looks: it has container$/,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a container that is no YAML',
    change: (cluster) => {
      cluster.objects[paths.configMap].data = { 'sidecar.container': 'name: [' };
    },
    found: ['error plugin-container'],
    id: 'plugin-container',
    sentence: /sidecar\.container is no YAML: /,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a container that Argo refuses',
    change: container((one) => {
      delete one.resources.limits;
      one.resizePolicy = [];
    }),
    found: ['error plugin-form'],
    id: 'plugin-form',
    sentence:
      /^Argo refuses the container: it lacks resources\.limits; it has resizePolicy, which Argo 3\.4 does not know$/,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a container with another port than the sidecar listens on',
    change: container(({ ports }) => {
      ports[0].containerPort = 4355;
    }),
    found: ['error plugin-port'],
    id: 'plugin-port',
    sentence:
      /^Argo's agent calls port 4355 \(ports\[0\]\), and the sidecar listens on 2948 \(SERVER_PORT\)$/,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a container with another uid',
    change: container(({ securityContext }) => {
      securityContext.runAsUser = 1000;
    }),
    found: ['error plugin-uid'],
    id: 'plugin-uid',
    sentence: /^the sidecar runs as uid 1000, .* it must be 8737$/,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a sidecar of another version',
    change: container((one) => {
      one.image = 'registry.example.com/driver-plugin:0.0.9';
    }),
    found: ['warning plugin-version'],
    id: 'plugin-version',
    sentence: /^the sidecar's image is registry\.example\.com\/driver-plugin:0\.0\.9, and doctor is /,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a Secret of the sidecar that is not there',
    change: without(paths.serverToken),
    found: ['error plugin-secrets'],
    id: 'plugin-secrets',
    sentence: /^DRIVER_TOKEN: there is no Secret team-a\/kfp-driver-server-token$/,
    remedy: /^kubectl get secrets -n team-a/,
  },
  {
    what: 'a token that nobody has filled in yet',
    change: (cluster) => {
      cluster.objects[paths.serverToken] = { type: 'Opaque' };
    },
    found: ['error plugin-secrets'],
    id: 'plugin-secrets',
    sentence: /^DRIVER_TOKEN: Secret team-a\/kfp-driver-server-token has no key token$/,
    remedy: /^kubectl get secrets -n team-a/,
  },
  {
    what: 'a run without its service account',
    change: without(paths.account),
    found: ['error run-account'],
    id: 'run-account',
    sentence: /^there is no service account team-a\/pipeline-runner$/,
    remedy: /doctor --service-account/,
  },
  {
    what: "a run's account without rights",
    change: deny('pipeline-runner watch workflowtasksets', 'pipeline-runner patch workflowtasksets/status'),
    found: ['error run-account-rights'],
    id: 'run-account-rights',
    sentence:
      /^team-a\/pipeline-runner may not watch workflowtasksets \(argoproj\.io\), patch workflowtasksets\/status \(argoproj\.io\)$/,
    remedy: /^helm upgrade .* --set 'runs\.serviceAccounts=\{pipeline-runner\}'$/,
  },
  {
    what: "a run's account without a token Secret",
    change: without(paths.accountToken),
    found: ['error run-account-token'],
    id: 'run-account-token',
    sentence:
      /^there is no Secret team-a\/pipeline-runner\.service-account-token .* hang in ContainerCreating$/,
    remedy:
      /^echo '\{.*"name":"pipeline-runner\.service-account-token".*\}' \| kubectl apply -n team-a -f -$/,
  },
  {
    what: "a run's account whose first secret is another's",
    change: (cluster) => {
      cluster.objects[paths.account].secrets = [{ name: 'pipeline-runner-dockercfg' }];
      cluster.objects[`/api/v1/namespaces/${namespace}/secrets/pipeline-runner-dockercfg`] = {
        type: 'kubernetes.io/dockercfg',
        data: {},
      };
    },
    found: ['error run-account-token'],
    id: 'run-account-token',
    sentence: /would take Secret team-a\/pipeline-runner-dockercfg .* of type kubernetes\.io\/dockercfg/,
    remedy: /kubectl apply/,
  },
  {
    what: 'a server of another namespace',
    change: setVariable('DRIVER_HOST', 'kfp-driver-server.kubeflow'),
    found: ['error server-namespace', 'error server-service'],
    id: 'server-namespace',
    sentence:
      /^DRIVER_HOST is kfp-driver-server\.kubeflow: the server of kubeflow refuses workflows of team-a/,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a variable in DRIVER_HOST that is not set',
    change: container(({ env }) => {
      env.splice(0, 1);
    }),
    found: ['error server-namespace'],
    id: 'server-namespace',
    sentence: /^DRIVER_HOST .*\$\(NAMESPACE\)/,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a server that drives for another namespace',
    change: (cluster) => {
      cluster.objects[paths.servers] = { items: [serverDeployment({ NAMESPACE: 'kubeflow' })] };
    },
    found: ['error server-namespace'],
    id: 'server-namespace',
    sentence: /^NAMESPACE of the driver server in team-a is kubeflow/,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a server without a Service',
    change: without(paths.service),
    found: ['error server-service'],
    id: 'server-service',
    sentence:
      /^there is no Service team-a\/kfp-driver-server, which the sidecar asks for as kfp-driver-server\.team-a$/,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a Service with another port',
    change: (cluster) => {
      cluster.objects[paths.service].spec.ports[0].port = 9001;
    },
    found: ['error server-service'],
    id: 'server-service',
    sentence: /^Service team-a\/kfp-driver-server has port 9001, and the sidecar asks for 9000$/,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a Service with an address of its own',
    change: (cluster) => {
      cluster.objects[paths.service].spec.clusterIP = '10.96.0.9';
    },
    found: ['warning server-service'],
    id: 'server-service',
    sentence: /is not headless/,
    remedy: /^helm upgrade --install/,
  },
  {
    what: 'a server without a ready pod',
    change: (cluster) => {
      cluster.objects[paths.servers] = { items: [serverDeployment({}, 0)] };
    },
    found: ['error server-pods'],
    id: 'server-pods',
    sentence: /^Deployment team-a\/kfp-driver-server has 0 of 1 pods ready$/,
    remedy: /^kubectl describe deployment -n team-a kfp-driver-server/,
  },
  {
    what: 'a KFP of another minor version',
    change: (cluster) => {
      cluster.objects[paths.mlPipeline] = apiServerOfKfp('2.16.1');
    },
    found: ['error kfp-version'],
    id: 'kfp-version',
    sentence: /^KFP in kubeflow is 2\.16\.1, and team-a\/kfp-driver-server has the driver of 2\.17\.0$/,
    remedy: /--set kfp\.version=2\.16\.1$/,
  },
  {
    what: 'a KFP of another patch version',
    change: (cluster) => {
      cluster.objects[paths.mlPipeline] = apiServerOfKfp('2.17.1');
    },
    found: ['warning kfp-version'],
    id: 'kfp-version',
    sentence: /^KFP in kubeflow is 2\.17\.1/,
    remedy: /--set kfp\.version=2\.17\.1$/,
  },
];

test('a cluster in which all is well has no warning and no error', async (t) => {
  const { wrong } = await examineCluster(t);
  assert.deepEqual(wrong(), []);
});

for (const { what, change, found, id, sentence, remedy } of faults) {
  test(`${what} is ${found[0]?.startsWith('warning') ? 'a warning' : 'an error'}, with its remedy and no other fault`, async (t) => {
    const { wrong, find } = await examineCluster(t, change);
    assert.deepEqual(wrong(), found);
    assert.match(find(id).sentence, sentence);
    assert.match(find(id).remedy ?? '', remedy);
  });
}

test('each run service account is looked at by itself', async (t) => {
  const { findings } = await examineCluster(
    t,
    ({ objects, denied }) => {
      objects[`/api/v1/namespaces/${namespace}/serviceaccounts/default-editor`] = { metadata: {} };
      denied.add('default-editor patch workflowtasksets/status');
    },
    ['--service-account', 'pipeline-runner', '--service-account', 'default-editor'],
  );
  const rights = findings.filter(({ id }) => id === 'run-account-rights');
  assert.deepEqual(
    rights.map(({ subject, outcome }) => [subject, outcome]),
    [
      ['pipeline-runner', 'well'],
      ['default-editor', 'error'],
    ],
  );
});

test('recommended and other versions of Argo are told apart', async (t) => {
  const outcomes: Record<string, string> = {};
  for (const version of ['v3.4.2', 'v3.6.7', 'v3.7.16', 'v4.0.5', 'v4.0.6', 'v4.1.0', 'v5.0.0', 'latest']) {
    const { find } = await examineCluster(t, controller(fastController, version));
    outcomes[version] = find('controller-version').outcome;
  }
  assert.deepEqual(outcomes, {
    'v3.4.2': 'warning',
    'v3.6.7': 'warning',
    'v3.7.16': 'well',
    'v4.0.5': 'warning',
    'v4.0.6': 'well',
    'v4.1.0': 'well',
    'v5.0.0': 'well',
    latest: 'skipped',
  });
});

test("the agent's patch rate is the controller's own time where it is not set", async (t) => {
  const { find } = await examineCluster(
    t,
    controller({ ARGO_EXECUTOR_PLUGINS: 'true', DEFAULT_REQUEUE_TIME: '1s' }),
  );
  const { outcome, sentence } = find('controller-speed');
  assert.equal(outcome, 'well', sentence);
});

test("a ConfigMap in the controller's namespace alone is well, and read as it is in the workflow's", async (t) => {
  const { wrong, find } = await examineCluster(t, ({ objects }) => {
    delete objects[paths.configMap];
    objects[paths.configMapOfController] = configMapOf(pluginContainer(), 'kubeflow');
  });
  assert.deepEqual(wrong(), []);
  assert.match(find('plugin-configmap').sentence, /: kubeflow\/driver-plugin-executor-plugin$/);
  assert.match(find('server-namespace').sentence, /: kfp-driver-server\.team-a$/);
});
