import { check, fault, well } from '../check.js';
import { type Deed, deedText, iMay } from '../kubernetes/may.js';
import { objectsAt } from '../kubernetes/read-object.js';

const category = 'Kubernetes';

const apiAnswers = check({
  id: 'kubernetes-api',
  category,
  well: 'the Kubernetes API answers',
  severity: 'error',
  when: 'always',
  remedy: () => 'kubectl config get-contexts && kubectl version',
  needs: [],
  probe: async (_facts, ask) => {
    const { url, version } = await ask('kubernetes');
    return well(`${version} at ${url}`);
  },
});

/** https://argo-workflows.readthedocs.io/en/latest/installation/ */
const crds = check({
  id: 'argo-crds',
  category,
  well: "the cluster has Argo's workflows and workflowtasksets",
  severity: 'error',
  when: 'always',
  remedy: () =>
    'kubectl get crd workflows.argoproj.io workflowtasksets.argoproj.io   # they come with Argo 3.3 and newer',
  needs: ['kubernetes'],
  probe: async ({ kubernetes }) => {
    const list = await kubernetes.find('/apis/argoproj.io/v1alpha1');
    const served = objectsAt(list, 'resources').map((resource) => resource['name']);
    const missing = ['workflows', 'workflowtasksets'].filter((name) => !served.includes(name));
    return missing.length === 0
      ? well()
      : fault(`the cluster has no ${missing.join(' and no ')} (argoproj.io/v1alpha1)`);
  },
});

/** What the chart renders by default, and Helm's own record. */
const created: readonly (readonly [group: string, resources: readonly string[]])[] = [
  ['', ['configmaps', 'secrets', 'services', 'serviceaccounts']],
  ['apps', ['deployments']],
  ['policy', ['poddisruptionbudgets']],
  ['networking.k8s.io', ['networkpolicies']],
  ['rbac.authorization.k8s.io', ['roles', 'rolebindings']],
];

const installRights = check({
  id: 'install-rights',
  category,
  well: 'you may install the chart',
  severity: 'error',
  when: 'before',
  remedy: ({ namespace }) =>
    `kubectl create rolebinding driver-plugin-installer -n ${namespace} --clusterrole=admin --user=YOU   # by a cluster admin`,
  needs: ['kubernetes'],
  probe: async ({ kubernetes }, _ask, { namespace }) => {
    if ((await kubernetes.find(`/api/v1/namespaces/${namespace}`).catch(() => ({}))) === undefined) {
      return fault(`there is no namespace ${namespace}`, { remedy: `kubectl create namespace ${namespace}` });
    }
    const deeds = created.flatMap(([group, resources]) =>
      resources.map((resource): Deed => ({ verb: 'create', group, resource })),
    );
    const answers = await Promise.all(deeds.map((deed) => iMay(kubernetes, namespace, deed)));
    const lacking = deeds.filter((_deed, index) => answers[index] === false).map(deedText);
    return lacking.length === 0
      ? well(`in ${namespace}`)
      : fault(`in ${namespace} you may not ${lacking.join(', ')}`);
  },
});

export const kubernetesChecks = [apiAnswers, crds, installRights];
