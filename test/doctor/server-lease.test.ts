import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRealServer } from './support/driver-server.js';
import { examineCluster } from './support/examine-cluster.js';
import { type Cluster, driverToken, paths, serverDeployment } from './support/healthy-cluster.js';

const holder = 'kfp-driver-server-5d9c_1';
const longAgo = '2001-01-01T00:00:00.000000Z';

/** Two replicas with a Lease of this spec; undefined: without one. */
const leased = (spec: object | undefined) => (cluster: Cluster) => {
  const deployment = serverDeployment({ LEASE_NAME: 'kfp-driver-server' }, 2);
  deployment.spec.replicas = 2;
  deployment.spec.template.spec.serviceAccountName = 'kfp-driver-server';
  cluster.objects[paths.servers] = { items: [deployment] };
  if (spec !== undefined) {
    cluster.objects[paths.lease] = { metadata: { name: 'kfp-driver-server' }, spec };
  }
};

const held = () => ({
  holderIdentity: holder,
  leaseDurationSeconds: 14,
  renewTime: new Date().toISOString(),
});

test('a lease that is renewed is well, and one replica needs none', async (t) => {
  const { find, wrong, requests } = await examineCluster(t, leased(held()));
  assert.deepEqual(wrong(), []);
  assert.equal(
    find('server-lease').sentence,
    `the replicas of the driver server take turns: one holds their Lease: ${holder}`,
  );
  const asked = requests
    .map(({ body }) => body?.spec?.resourceAttributes)
    .filter((one) => one?.resource === 'leases');
  assert.deepEqual(
    asked.map(({ verb, group, name, namespace }) => [verb, group, name, namespace]),
    ['get', 'update', 'watch'].map((verb) => [verb, 'coordination.k8s.io', 'kfp-driver-server', 'team-a']),
  );
  const alone = await examineCluster(t);
  assert.deepEqual(
    [alone.find('server-lease').outcome, alone.find('server-lease').sentence],
    ['skipped', 'one replica needs no Lease'],
  );
});

test('a holder whose clock is far behind is no fault, as long as it renews', async (t) => {
  let looks = 0;
  const spec = {
    ...held(),
    get renewTime() {
      looks += 1;
      return looks === 1 ? longAgo : '2001-01-01T00:00:02.000000Z';
    },
  };
  const { wrong } = await examineCluster(t, leased(spec));
  assert.deepEqual([wrong(), looks], [[], 2]);
});

const faults: readonly [
  what: string,
  change: (cluster: Cluster) => void,
  sentence: RegExp,
  remedy: RegExp,
][] = [
  [
    'two replicas without a lease',
    ({ objects }) => {
      const deployment = serverDeployment({}, 2);
      deployment.spec.replicas = 2;
      objects[paths.servers] = { items: [deployment] };
    },
    /^the 2 replicas of team-a\/kfp-driver-server have no LEASE_NAME: each of them drives$/,
    /^helm upgrade .* --set server\.replicas=2$/,
  ],
  [
    'a lease that is not there',
    leased(undefined),
    /^there is no Lease team-a\/kfp-driver-server: no replica drives$/,
    /^kubectl logs -n team-a /,
  ],
  [
    'a lease that nobody holds',
    leased({}),
    /^nobody holds the Lease team-a\/kfp-driver-server: no replica drives$/,
    /^kubectl logs -n team-a /,
  ],
  [
    'a lease that nobody renews',
    leased({ ...held(), renewTime: longAgo }),
    /^the Lease team-a\/kfp-driver-server is over: kfp-driver-server-5d9c_1 renewed it last at 2001-01-01T00:00:00\.000000Z$/,
    /^kubectl logs -n team-a /,
  ],
  [
    "rights that the server's account lacks",
    (cluster) => {
      leased(held())(cluster);
      cluster.denied.add('kfp-driver-server update leases').add('kfp-driver-server watch leases');
    },
    /^team-a\/kfp-driver-server may not update, watch the Lease kfp-driver-server: no replica drives$/,
    /^helm upgrade .* --set server\.replicas=2$/,
  ],
];

for (const [what, change, sentence, remedy] of faults) {
  test(`${what}: doctor says so, with a remedy`, async (t) => {
    const { find, wrong } = await examineCluster(t, change);
    assert.deepEqual(wrong(), ['error server-lease']);
    assert.match(find('server-lease').sentence, sentence);
    assert.match(find('server-lease').remedy ?? '', remedy);
  });
}

test('a replica that waits is not taken for one that drains', async (t) => {
  const address = await startRealServer(t, { token: driverToken, waits: true });
  const { find, wrong } = await examineCluster(t, leased(held()), ['--driver', address]);
  assert.deepEqual(wrong(), []);
  assert.deepEqual(
    [find('server-health').outcome, find('server-health').sentence],
    ['skipped', 'the replica that answers here waits for its Lease: server-lease tells who drives'],
  );
});
