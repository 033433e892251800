import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { KubeObject } from './support/api-server.js';
import { certificateFile, startOtherServer, startRealServer } from './support/driver-server.js';
import { examineCluster } from './support/examine-cluster.js';
import { type Cluster, configMapOf, driverToken, paths, pluginContainer } from './support/healthy-cluster.js';

const serverChecks = [
  'server-reachable',
  'server-tls',
  'server-token',
  'server-token-demanded',
  'server-health',
  'server-contract',
];

/** Has the sidecar speak TLS and trust a CA, for a server that the certificate calls localhost. */
const trusting = (ca: string) => (cluster: Cluster) => {
  const container = pluginContainer();
  container.env.push(
    { name: 'DRIVER_TLS', value: 'true' },
    { name: 'DRIVER_TLS_SERVER_NAME', value: 'localhost' },
    { name: 'DRIVER_TLS_CA', valueFrom: { secretKeyRef: { name: 'kfp-driver-server-tls', key: 'ca.crt' } } },
  );
  cluster.objects[paths.configMap] = configMapOf(container);
  const pem = readFileSync(certificateFile(ca));
  cluster.objects[paths.serverTls] = { data: { 'ca.crt': pem.toString('base64') } };
};

test('a driver server with token and TLS is well in every point, and drives nothing', async (t) => {
  const address = await startRealServer(t, { token: driverToken, tls: true });
  const { find, wrong } = await examineCluster(t, trusting('ca.pem'), ['--driver', address]);
  assert.deepEqual(wrong(), []);
  assert.deepEqual(
    serverChecks.map((id) => [id, find(id).outcome]),
    serverChecks.map((id) => [id, 'well']),
  );
});

test("a server with another token refuses the sidecar's, and its remedy is a restart", async (t) => {
  const address = await startRealServer(t, { token: 'another' });
  const { find, wrong } = await examineCluster(t, undefined, ['--driver', address]);
  assert.deepEqual(wrong(), ['error server-token']);
  assert.equal(
    find('server-token').sentence,
    "the driver server refuses the sidecar's token: the bearer token is not this driver server's",
  );
  assert.match(
    find('server-token').remedy ?? '',
    /^kubectl rollout restart -n team-a deployment\/kfp-driver-server/,
  );
});

test('neither token nor certificate stands in any finding', async (t) => {
  const address = await startRealServer(t, { token: 'another' });
  const { findings } = await examineCluster(t, undefined, ['--driver', address]);
  const text = JSON.stringify(findings);
  assert.ok(!text.includes(driverToken) && !text.includes(Buffer.from(driverToken).toString('base64')));
  assert.ok(!text.includes('BEGIN'));
});

test('a server that answers anybody is a warning', async (t) => {
  const address = await startRealServer(t, {});
  const { wrong } = await examineCluster(t, undefined, ['--driver', address]);
  assert.deepEqual(wrong(), ['warning server-token-demanded']);
});

test('a certificate of another CA than the sidecar trusts is an error that names the Secret', async (t) => {
  const address = await startRealServer(t, { token: driverToken, tls: true });
  const { find, wrong } = await examineCluster(t, trusting('stranger.pem'), ['--driver', address]);
  assert.deepEqual(wrong(), ['error server-tls']);
  assert.equal(
    find('server-tls').sentence,
    `TLS with the driver server at ${address} fails: its certificate is not signed by the CA in Secret kfp-driver-server-tls (ca.crt)`,
  );
  assert.match(find('server-tls').remedy ?? '', /grep 'TLS files'/);
  assert.equal(find('server-health').sentence, find('server-tls').sentence);
});

test('a certificate for another name is an error that says which one the sidecar asks for', async (t) => {
  const address = await startRealServer(t, { token: driverToken, tls: true });
  const { find } = await examineCluster(
    t,
    (cluster) => {
      trusting('ca.pem')(cluster);
      const text: string = cluster.objects[paths.configMap].data['sidecar.container'];
      cluster.objects[paths.configMap].data['sidecar.container'] = text.replace(
        'localhost',
        'kfp-driver-server.team-a',
      );
    },
    ['--driver', address],
  );
  assert.match(find('server-tls').sentence, /its certificate is not for kfp-driver-server\.team-a$/);
});

test('a sidecar that speaks TLS to a server without is an error', async (t) => {
  const address = await startRealServer(t, { token: driverToken });
  const { find, wrong } = await examineCluster(t, trusting('ca.pem'), ['--driver', address]);
  assert.deepEqual(wrong(), ['error server-tls']);
  assert.match(find('server-tls').sentence, /it does not speak TLS/);
});

test('a sidecar that speaks plaintext to a server with TLS is an error', async (t) => {
  const address = await startRealServer(t, { token: driverToken, tls: true });
  const { find } = await examineCluster(t, undefined, ['--driver', address]);
  assert.equal(find('server-health').outcome, 'error');
  assert.match(find('server-health').sentence, /does one side want TLS, or a client certificate\?$/);
});

test('a server whose ML Metadata is away is an error', async (t) => {
  const address = await startRealServer(t, { token: driverToken, outage: 'ML Metadata does not answer' });
  const { find, wrong } = await examineCluster(t, undefined, ['--driver', address]);
  assert.deepEqual(wrong(), ['error server-health']);
  assert.match(find('server-health').sentence, /NOT_SERVING: ML Metadata does not answer the driver server$/);
});

test('a server that is away is an error, and what needs it is skipped with that reason', async (t) => {
  const { find, wrong } = await examineCluster(t, undefined, ['--driver', '127.0.0.1:1']);
  assert.deepEqual(wrong(), ['error server-reachable']);
  const sentence = 'the driver server cannot be reached at 127.0.0.1:1: nothing listens there';
  assert.equal(find('server-reachable').sentence, sentence);
  assert.deepEqual([find('server-token').outcome, find('server-token').sentence], ['skipped', sentence]);
});

test('a peer that accepts and stays silent is an error within the timeout', async (t) => {
  const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  t.after(() => silent.close());
  await new Promise((resolve) => silent.once('listening', resolve));
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { find } = await examineCluster(t, undefined, ['--driver', `127.0.0.1:${port}`, '--timeout', '2']);
  assert.equal(find('server-reachable').outcome, 'well');
  assert.equal(find('server-health').outcome, 'error');
  assert.match(find('server-health').sentence, /accepts connections and does not speak gRPC on them/);
});

test('from outside of the cluster the server is skipped with the line that forwards its port', async (t) => {
  const { find } = await examineCluster(t);
  for (const id of serverChecks) {
    assert.deepEqual(
      [find(id).outcome, find(id).sentence],
      [
        'skipped',
        'kfp-driver-server.team-a is a name of the cluster, and this is not a pod: run ' +
          '`kubectl port-forward -n team-a service/kfp-driver-server 9000:9000` and add --driver 127.0.0.1:9000',
      ],
    );
  }
});

test('a server of an older contract is an error that names what it lacks', async (t) => {
  const address = await startOtherServer(t, (file) => {
    const request = file.messageType.find(({ name }: KubeObject) => name === 'ExecuteRequest');
    request.field = request.field.filter(({ name }: KubeObject) => name !== 'iteration_index');
    request.field.find(({ name }: KubeObject) => name === 'dag_execution_id').type = 5;
  });
  const { find } = await examineCluster(t, undefined, ['--driver', address]);
  assert.equal(find('server-contract').outcome, 'error');
  assert.match(find('server-contract').sentence, /ExecuteRequest\.iteration_index is missing/);
  assert.match(
    find('server-contract').sentence,
    /dag_execution_id is field \d+ of type int32, not field \d+ of type int64/,
  );
});

test('a server of a newer contract is well', async (t) => {
  const address = await startOtherServer(t, (file) => {
    const request = file.messageType.find(({ name }: KubeObject) => name === 'ExecuteRequest');
    request.field.push({ name: 'new_of_tomorrow', number: 4_000, type: 9, label: 1 });
  });
  const { find } = await examineCluster(t, undefined, ['--driver', address]);
  assert.deepEqual(
    [find('server-contract').outcome, find('server-contract').sentence.includes('kfp.driver.v1')],
    ['well', true],
  );
});

test('a server of another package is an error', async (t) => {
  const address = await startOtherServer(t, (file) => {
    file.package = 'kfp.driver.v2';
    file.service[0].method = [];
    file.messageType = [];
  });
  const { find } = await examineCluster(t, undefined, ['--driver', address]);
  assert.equal(find('server-contract').outcome, 'error');
  assert.match(find('server-contract').sentence, /^the driver server has no kfp\.driver\.v1\.DriverService$/);
});
