import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../src/common/settings.js';
import { callDriver } from '../support/call-driver.js';
import {
  fake,
  runServerProgram,
  startMetadataServer,
  startServerProgram,
  testFolder,
} from '../support/start-server-program.js';
import { containerRequest, rootRequest } from './program-engine/fixtures.js';

test('--help lists the settings of the service and of the program, --version the version', async () => {
  const help = await runServerProgram(['--help'], {});
  assert.equal(help.exitCode, 0);
  for (const name of ['SERVER_PORT', 'ALLOW_UNAUTHENTICATED', 'MAX_LEDGER_BYTES', 'MLMD_SERVER_ADDRESS']) {
    assert.match(help.stdout, RegExp(`^ {2}${name} `, 'm'));
  }
  const version = await runServerProgram(['--version'], {});
  assert.match(version.stdout, /^kfp-driver-server \d+\.\d+\.\d+\n$/);
});

const certificate = (name: string) =>
  fileURLToPath(new URL(`../../../test/support/certificates/${name}`, import.meta.url));
const namespaceFile = join(mkdtempSync(join(tmpdir(), 'driver-server-test-')), 'namespace');
writeFileSync(namespaceFile, 'hello-from-a-file\n');
after(() => rmSync(dirname(namespaceFile), { recursive: true }));

const laptop = { NAMESPACE: 'kubeflow', ALLOW_UNAUTHENTICATED: 'true', DRIVER_PROGRAM: fake };
const addresses = { ML_PIPELINE_SERVER_ADDRESS: 'ml-pipeline', MLMD_SERVER_ADDRESS: 'mlmd' };

const faulty: readonly { name: string; env: Environment; faults: readonly RegExp[] }[] = [
  {
    name: 'nobody to authenticate',
    env: { ...laptop, ALLOW_UNAUTHENTICATED: '' },
    faults: [
      /nobody would be authenticated: set SERVER_TOKEN_FILE, SERVER_TOKEN_SECRET or SERVER_TLS_CLIENT_CA, or ALLOW_/,
    ],
  },
  {
    name: 'settings out of range, all at once',
    env: { ...laptop, SERVER_PORT: '65536', ENGINE: 'magic', KEEP_SUCCESS_SECONDS: '10' },
    faults: [/ENGINE must be one of/, /SERVER_PORT must be/, /KEEP_SUCCESS_SECONDS must be/],
  },
  {
    name: 'a token file that is not there, and trust that contradicts itself',
    env: { ...laptop, SERVER_TOKEN_FILE: '/nonexistent', SERVER_TLS_CLIENT_CA: 'x' },
    faults: [
      /SERVER_TLS_CLIENT_CA needs TLS/,
      /ALLOW_UNAUTHENTICATED is true beside/,
      /SERVER_TOKEN_FILE names/,
    ],
  },
  {
    name: 'two sources of one token',
    env: { ...laptop, ALLOW_UNAUTHENTICATED: 'false', SERVER_TOKEN_FILE: fake, SERVER_TOKEN_SECRET: 'token' },
    faults: [/SERVER_TOKEN_FILE and SERVER_TOKEN_SECRET are two sources of one token: unset one/],
  },
  {
    name: 'a token in a Secret, outside of a cluster',
    env: { ...laptop, ...addresses, ALLOW_UNAUTHENTICATED: 'false', SERVER_TOKEN_SECRET: 'token' },
    faults: [/KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod of a cluster/],
  },
  {
    name: 'a lease outside of a cluster, with times that contradict each other',
    env: {
      ...{ ...laptop, ...addresses, LEASE_NAME: 'driver', LEASE_DURATION_SECONDS: '5' },
      ...{ LEASE_RENEW_DEADLINE_SECONDS: '5', LEASE_RETRY_SECONDS: '3' },
    },
    faults: [
      /LEASE_NAME needs Kubernetes, and this is no pod of a cluster: set KUBERNETES_API, or unset LEASE_NAME/,
      /LEASE_RENEW_DEADLINE_SECONDS must be less than LEASE_DURATION_SECONDS: what a holder drives must end/,
      /LEASE_RETRY_SECONDS must be at most half of LEASE_RENEW_DEADLINE_SECONDS: one lost renewal must not cost/,
    ],
  },
  {
    name: 'no namespace, no program and no certificate',
    env: {
      ALLOW_UNAUTHENTICATED: 'true',
      DRIVER_PROGRAM: '/nonexistent',
      SERVER_TLS_CERT: '/nonexistent',
      SERVER_TLS_KEY: '-----BEGIN nonsense',
    },
    faults: [/SERVER_TLS_CERT names a file/, /NAMESPACE is not set/, /\/nonexistent -h failed: ENOENT/],
  },
  {
    name: 'a certificate that is none',
    env: { ...laptop, ...addresses, SERVER_TLS_CERT: '-----BEGIN x', SERVER_TLS_KEY: '-----BEGIN y' },
    faults: [/SERVER_TLS_CERT holds no PEM text of a certificate/],
  },
  {
    name: 'a client CA without a certificate in it, which would let nobody in',
    env: {
      ...laptop,
      ...addresses,
      ALLOW_UNAUTHENTICATED: '',
      SERVER_TLS_CERT: certificate('server.pem'),
      SERVER_TLS_KEY: certificate('server.key'),
      SERVER_TLS_CLIENT_CA: certificate('server.key'),
    },
    faults: [/SERVER_TLS_CLIENT_CA (names a file that )?holds no PEM text of a certificate/],
  },
  {
    name: 'a namespace that is not that of the service account',
    env: { ...laptop, ...addresses, NAMESPACE: 'team-b', NAMESPACE_FILE: namespaceFile },
    faults: [/NAMESPACE is "team-b", but the service account's is "hello-from-a-file"/],
  },
  {
    name: 'a program that needs addresses',
    env: laptop,
    faults: [/ML_PIPELINE_SERVER_ADDRESS is not set.*KFP 2\.17/, /MLMD_SERVER_ADDRESS is not set.*KFP 2\.17/],
  },
  {
    name: 'a program that is not the driver',
    env: { ...laptop, DRIVER_PROGRAM: '/bin/true' },
    faults: [/\/bin\/true is not KFP's driver/],
  },
  {
    name: 'a work folder that cannot be one',
    env: { ...laptop, ...addresses, WORK_DIR: '/dev/null/x' },
    faults: [/WORK_DIR must be a folder that the server can write: ENOTDIR/],
  },
];
for (const { name, env, faults } of faulty) {
  test(`it does not start with ${name}: exit code 78, one line a fault`, async () => {
    const { exitCode, stdout, stderr } = await runServerProgram([], env);
    assert.equal(exitCode, 78);
    assert.equal(stdout.includes('listening'), false);
    const [title, ...lines] = stderr.trimEnd().split('\n');
    assert.equal(title, 'kfp-driver-server cannot start:');
    assert.equal(lines.length, faults.length, stderr);
    for (const [index, fault] of faults.entries()) {
      assert.match(lines[index] ?? '', fault);
    }
  });
}

test('it does not start on a port that is taken: exit code 1 and the reason', async (t) => {
  const { port } = await startMetadataServer(t);
  const env = { ...laptop, ...addresses, ENGINE: 'memory', SERVER_HOST: '127.0.0.1', SERVER_PORT: `${port}` };
  const { exitCode, stderr } = await runServerProgram([], env);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^kfp-driver-server cannot start:\n {2}- .*EADDRINUSE/m);
});

test('a secret in a faulty setting is not shown', async () => {
  const { stderr } = await runServerProgram([], { ...laptop, SERVER_TLS_CERT: 'SENTINEL' });
  assert.doesNotMatch(stderr, /SENTINEL/);
});

test('it sweeps first, then says where it listens and which KFP it runs', async (t) => {
  const workDir = testFolder(t);
  // No process has this id: it is above what Linux gives out.
  mkdirSync(join(workDir, 'kfp-driver-call-4999999-abcdef'));
  writeFileSync(join(workDir, 'kfp-driver-call-4999999-abcdef', 'component.json'), '{}');
  const { address, log } = await startServerProgram(t, { env: { WORK_DIR: workDir } });
  assert.match(address, /^127\.0\.0\.1:[1-9]\d*$/);
  assert.deepEqual(readdirSync(workDir), []);
  const { level: _, timestamp: __, version, ...facts } = log.at(-1) ?? {};
  assert.match(String(version), /^\d+\.\d+\.\d+$/);
  assert.deepEqual(facts, {
    message: 'listening',
    address,
    engine: 'program',
    ledger: 'memory',
    driverVersion: 'KFP 2.17',
    namespace: 'kubeflow',
  });
});

test('a signal right after "listening" ends it well, as at any other time', async (t) => {
  for (let start = 0; start < 5; start += 1) {
    const server = await startServerProgram(t, { env: { ENGINE: 'memory', REPEAT_GRACE_SECONDS: '0' } });
    server.kill('SIGTERM');
    assert.deepEqual(await server.ended, [0, null]);
  }
});

test('ENGINE=memory needs no program and no addresses', async (t) => {
  const env = {
    ENGINE: 'memory',
    DRIVER_PROGRAM: '',
    ML_PIPELINE_SERVER_ADDRESS: '',
    MLMD_SERVER_ADDRESS: '',
  };
  const { connect } = await startServerProgram(t, { env });
  assert.equal((await callDriver(connect(), rootRequest())).execution_id, '1');
});

const versions = ['2.5', '2.17', '3.0'];
for (const version of versions) {
  test(`the driver of KFP ${version} is driven over gRPC`, async (t) => {
    const env = { KFP_POD_NAME: 'kfp-driver-server-0', KFP_POD_UID: 'uid' };
    const fakeOptions = { FAKE_DRIVER_VERSION: version };
    const { connect, log } = await startServerProgram(t, { env, fake: fakeOptions });
    const answer = await callDriver(connect(), containerRequest({ parent_task_id: 'task-1' }));
    assert.equal(answer.cached, false);
    assert.match(answer.pod_spec_patch ?? '', /kfp-launcher/);
    assert.equal(log.find(({ message }) => message === 'listening')?.['driverVersion'], `KFP ${version}`);
  });
}

test('MAX_MESSAGE_BYTES bounds a request', async (t) => {
  const { connect } = await startServerProgram(t, { env: { MAX_MESSAGE_BYTES: '4096' } });
  const request = containerRequest({ component: JSON.stringify({ text: 'x'.repeat(5_000) }) });
  await assert.rejects(callDriver(connect(), request), /RESOURCE_EXHAUSTED/);
});

test('a call outlives the age of its connection, and the next one gets another connection', async (t) => {
  const { connect } = await startServerProgram(t, {
    env: { MAX_CONNECTION_AGE_SECONDS: '1' },
    fake: { FAKE_DRIVER_DELAY_MS: '1500' },
  });
  const client = connect();
  assert.equal((await callDriver(client, containerRequest())).cached, false);
  assert.equal((await callDriver(client, containerRequest({ request_id: 'next' }))).cached, false);
});
