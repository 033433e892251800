import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../common/json.js';
import { check, fault, skipped, type Verdict, well } from '../check.js';
import { readEnvironment, textOf } from '../cluster/environment.js';
import { replicasOf, serverContainerOf } from '../cluster/server-deployment.js';
import type { KubernetesApi } from '../kubernetes/kubernetes-api.js';
import { accountMay, type Deed } from '../kubernetes/may.js';
import { at, nameOf, textAt } from '../kubernetes/read-object.js';
import { setValues } from './chart-commands.js';
import { serverCategory as category } from './server.js';

/** A holder that lives has renewed it by then. */
const secondLookMs = 3_000;

/** Of several replicas the holder of a Lease drives, and none without one. */
export const serverLease = check({
  id: 'server-lease',
  category,
  well: 'the replicas of the driver server take turns: one holds their Lease',
  severity: 'error',
  when: 'after',
  remedy: ({ namespace }) =>
    `kubectl logs -n ${namespace} deployment/kfp-driver-server --all-pods --prefix | grep lease   # each replica says what it waits for`,
  needs: ['service'],
  probe: async (_facts, ask, scope) => {
    const { namespace } = scope;
    const deployment = await ask('deployment');
    const lease = textOf(readEnvironment(serverContainerOf(deployment), namespace), 'LEASE_NAME');
    if (lease === undefined) {
      const { wanted } = replicasOf(deployment);
      return wanted > 1
        ? fault(
            `the ${wanted} replicas of ${namespace}/${nameOf(deployment)} have no LEASE_NAME: each of them drives`,
            {
              remedy: setValues(scope, `server.replicas=${Math.min(wanted, 2)}`),
            },
          )
        : skipped('one replica needs no Lease');
    }
    const api = await ask('kubernetes');
    const account = textAt(deployment, 'spec', 'template', 'spec', 'serviceAccountName') ?? 'default';
    const missing = await missingRights(api, { namespace, name: account }, lease);
    if (missing.length > 0) {
      return fault(
        `${namespace}/${account} may not ${missing.join(', ')} the Lease ${lease}: no replica drives`,
        {
          remedy: setValues(scope, 'server.replicas=2'),
        },
      );
    }
    return judge(api, namespace, lease);
  },
});

async function missingRights(
  api: KubernetesApi,
  account: { readonly namespace: string; readonly name: string },
  lease: string,
): Promise<string[]> {
  const deeds: Deed[] = ['get', 'update', 'watch'].map((verb) => ({
    ...{ verb, group: 'coordination.k8s.io', resource: 'leases', name: lease },
  }));
  const allowed = await Promise.all(deeds.map((deed) => accountMay(api, account, account.namespace, deed)));
  return deeds.filter((_deed, index) => allowed[index] !== true).map(({ verb }) => verb);
}

async function judge(api: KubernetesApi, namespace: string, name: string): Promise<Verdict> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
  const lease = await api.find(path);
  if (lease === undefined) {
    return fault(`there is no Lease ${namespace}/${name}: no replica drives`);
  }
  const holder = textAt(lease, 'spec', 'holderIdentity');
  if (holder === undefined) {
    return fault(`nobody holds the Lease ${namespace}/${name}: no replica drives`);
  }
  if (!looksOver(lease)) {
    return well(holder);
  }
  // The holder's clock may be another than this one's: whether it lives, a second look tells.
  await sleep(secondLookMs);
  const again = (await api.find(path)) ?? {};
  const renewed = textAt(lease, 'spec', 'renewTime');
  return textAt(again, 'spec', 'renewTime') === renewed
    ? fault(`the Lease ${namespace}/${name} is over: ${holder} renewed it last at ${renewed}`)
    : well(textAt(again, 'spec', 'holderIdentity'));
}

function looksOver(lease: JsonObject): boolean {
  const renewedMs = Date.parse(textAt(lease, 'spec', 'renewTime') ?? '');
  const seconds = Number(at(lease, 'spec', 'leaseDurationSeconds') ?? 0);
  return !(Date.now() - renewedMs < seconds * 1000);
}
