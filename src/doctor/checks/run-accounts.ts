import type { JsonObject } from '../../common/json.js';
import { type Check, check, fault, skipped, well } from '../check.js';
import type { KubernetesApi } from '../kubernetes/kubernetes-api.js';
import { accountMay, type Deed, deedText } from '../kubernetes/may.js';
import { textAt } from '../kubernetes/read-object.js';
import type { Scope } from '../scope.js';
import { setValues } from './chart-commands.js';

const category = 'Service accounts of runs';
const tokenType = 'kubernetes.io/service-account-token';
const tokenAnnotation = 'workflows.argoproj.io/service-account-token.name';

/** What Argo's agent does as the run's account; its published Roles have list beside watch. */
const deeds: readonly Deed[] = [
  { verb: 'list', group: 'argoproj.io', resource: 'workflowtasksets' },
  { verb: 'watch', group: 'argoproj.io', resource: 'workflowtasksets' },
  { verb: 'patch', group: 'argoproj.io', resource: 'workflowtasksets', subresource: 'status' },
];

const setAccounts = (scope: Scope) =>
  setValues(scope, `'runs.serviceAccounts={${scope.serviceAccounts.join(',')}}'`);

/** The checks of one service account that pipelines run as. */
export function runAccountChecks(account: string): readonly Check[] {
  const common = { category, subject: account, severity: 'error' } as const;
  return [
    check({
      ...common,
      id: 'run-account',
      well: `service account ${account} is there`,
      when: 'always',
      remedy: ({ namespace }) =>
        `kubectl get serviceaccounts -n ${namespace}   # then doctor --service-account THE-ONE-OF-YOUR-RUNS`,
      needs: ['kubernetes'],
      probe: async ({ kubernetes }, _ask, { namespace }) =>
        (await findAccount(kubernetes, namespace, account)) === undefined
          ? fault(`there is no service account ${namespace}/${account}`)
          : well(),
    }),
    check({
      ...common,
      id: 'run-account-rights',
      well: `${account} may do what Argo's agent does`,
      when: 'after',
      remedy: setAccounts,
      needs: ['kubernetes'],
      probe: async ({ kubernetes }, _ask, { namespace }) => {
        const may = await Promise.all(
          deeds.map((deed) => accountMay(kubernetes, { namespace, name: account }, namespace, deed)),
        );
        const lacking = deeds.filter((_deed, index) => may[index] === false).map(deedText);
        return lacking.length === 0 ? well() : fault(`${namespace}/${account} may not ${lacking.join(', ')}`);
      },
    }),
    check({
      ...common,
      id: 'run-account-token',
      well: `${account} has a token Secret for Argo's agent`,
      when: 'after',
      remedy: ({ namespace }) => createTokenSecret(namespace, account),
      needs: ['kubernetes'],
      probe: async ({ kubernetes }, _ask, { namespace }) => {
        const found = await findAccount(kubernetes, namespace, account);
        if (found === undefined) {
          return skipped(`there is no service account ${namespace}/${account}`);
        }
        const { name, from } = tokenSecretOf(found, account);
        const secret = await kubernetes.find(`/api/v1/namespaces/${namespace}/secrets/${name}`);
        if (secret === undefined) {
          return fault(
            `there is no Secret ${namespace}/${name} (${from}): agent pods hang in ContainerCreating`,
            from === lastResort
              ? {}
              : { remedy: `kubectl edit serviceaccount ${account} -n ${namespace}   # ${from}` },
          );
        }
        return judgeSecret(secret, `${namespace}/${name} (${from})`);
      },
    }),
  ];
}

const lastResort = 'the name that Argo takes by itself';

/** In the order in which Argo looks: https://github.com/argoproj/argo-workflows/blob/main/util/secrets/secret_name.go */
function tokenSecretOf(
  account: JsonObject,
  accountName: string,
): { readonly name: string; readonly from: string } {
  const first = textAt(account, 'secrets', 0, 'name');
  if (first !== undefined) {
    return { name: first, from: 'the first of its secrets' };
  }
  const annotated = textAt(account, 'metadata', 'annotations', tokenAnnotation);
  if (annotated !== undefined) {
    return { name: annotated, from: `its annotation ${tokenAnnotation}` };
  }
  return { name: `${accountName}.service-account-token`, from: lastResort };
}

function judgeSecret(secret: JsonObject, what: string) {
  if (secret['type'] !== tokenType) {
    return fault(
      `Argo's agent would take Secret ${what}, which is of type ${secret['type']} and holds no token`,
    );
  }
  return textAt(secret, 'data', 'token') === undefined
    ? fault(
        `Secret ${what} has no token yet: Kubernetes fills it within seconds, if the service account is there`,
      )
    : well(what);
}

function findAccount(api: KubernetesApi, namespace: string, name: string): Promise<JsonObject | undefined> {
  return api.find(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}`);
}

function createTokenSecret(namespace: string, account: string): string {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: tokenType,
    metadata: {
      name: `${account}.service-account-token`,
      annotations: { 'kubernetes.io/service-account.name': account },
    },
  };
  return `echo '${JSON.stringify(secret)}' | kubectl apply -n ${namespace} -f -`;
}
