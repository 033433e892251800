import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Environment, readSettings } from '../../../src/common/settings.js';
import { programEnvironment } from '../../../src/server/program-engine/program-environment.js';
import {
  checkProgramSettings,
  programSettings,
} from '../../../src/server/program-engine/program-settings.js';
import { learnFake } from './fixtures.js';

const addresses = {
  ML_PIPELINE_SERVER_ADDRESS: 'ml-pipeline.kubeflow',
  MLMD_SERVER_ADDRESS: 'mlmd.kubeflow',
};
const pod = { KFP_POD_NAME: 'driver-server-0', KFP_POD_UID: 'uid' };

const checks: [name: string, version: string, env: Environment, faults: RegExp[]][] = [
  ['both addresses', '2.17', addresses, []],
  ['no address', '2.17', {}, [/^ML_PIPELINE_SERVER_ADDRESS is not set/, /^MLMD_SERVER_ADDRESS is not set/]],
  ['no address of an API server that the driver has no flag for', '2.5', { MLMD_SERVER_ADDRESS: 'mlmd' }, []],
  [
    'TLS without a flag for it',
    '2.5',
    { ...addresses, METADATA_TLS_ENABLED: 'true' },
    [/^METADATA_TLS_ENABLED/],
  ],
  ['a CA that is not there', '2.17', { ...addresses, CA_CERT_PATH: '/nonexistent' }, [/^CA_CERT_PATH/]],
  ['KFP 3.0 with its pod', '3.0', { ML_PIPELINE_SERVER_ADDRESS: 'ml-pipeline.kubeflow', ...pod }, []],
  ['KFP 3.0 without its pod', '3.0', addresses, [/^KFP_POD_NAME and KFP_POD_UID are not set/]],
];

for (const [name, version, env, expected] of checks) {
  test(`settings are checked against the flags of ${version}: ${name}`, async () => {
    const { values, faults } = readSettings(programSettings, env);
    assert.deepEqual(faults, []);
    const found = checkProgramSettings(values, await learnFake(version), env);
    assert.equal(found.length, expected.length, found.join('; '));
    for (const [index, pattern] of expected.entries()) {
      assert.match(found[index] ?? '', pattern);
    }
  });
}

const bad: [env: string, value: string][] = [
  ['MAX_PROGRAMS', '0'],
  ['MAX_PROGRAMS', 'many'],
  ['MLMD_SERVER_ADDRESS', 'http://mlmd'],
  ['MLMD_SERVER_ADDRESS', 'mlmd:8080'],
  ['DRIVER_PROGRAM_TIMEOUT_SECONDS', '0'],
  ['DRIVER_PROGRAM_ENV', 'A=B'],
  ['CA_CERT_PATH', 'etc/ca.pem'],
];

for (const [env, value] of bad) {
  test(`${env} cannot be ${value}`, () => {
    const { faults } = readSettings(programSettings, { [env]: value });
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? '', new RegExp(`^${env} must be`));
  });
}

test('the program gets the named variables and those that the operator adds, nothing else', () => {
  const env = { PATH: '/bin', AWS_SECRET_ACCESS_KEY: 'secret', GOMEMLIMIT: '100MiB', ...pod };
  assert.deepEqual(programEnvironment(env, ['GOMEMLIMIT', 'ABSENT']), {
    PATH: '/bin',
    GOMEMLIMIT: '100MiB',
    ...pod,
  });
});
