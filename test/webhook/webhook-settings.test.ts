import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Environment, readSettings } from '../../src/common/settings.js';
import { checkWebhookSettings, webhookSettings } from '../../src/webhook/webhook-settings.js';

const files = { SERVER_TLS_CERT: '/a/tls.crt', SERVER_TLS_KEY: '/a/tls.key' };
const own = {
  CERTIFICATE_SECRET: 'certificate',
  WEBHOOK_CONFIGURATION: 'adopt',
  SERVICE_NAME: 'webhook',
  NAMESPACE: 'ns',
  KUBERNETES_SERVICE_HOST: '10.0.0.1',
};

function faultsOf(env: Environment): readonly string[] {
  const { values, faults } = readSettings(webhookSettings, env);
  return faults.length > 0 ? faults : checkWebhookSettings(values);
}

test('a certificate from files, or one of its own, is all that must be set', () => {
  assert.deepEqual([faultsOf(files), faultsOf(own)], [[], []]);
});

const contradictions: readonly (readonly [string, Environment, readonly RegExp[]])[] = [
  [
    'no certificate',
    {},
    [/^there is no certificate: set SERVER_TLS_CERT and SERVER_TLS_KEY, or CERTIFICATE_SECRET$/],
  ],
  ['half a pair', { SERVER_TLS_CERT: 'a' }, [/^SERVER_TLS_CERT and SERVER_TLS_KEY belong together/]],
  [
    'two sources',
    { ...files, ...own },
    [/^SERVER_TLS_CERT and CERTIFICATE_SECRET are two sources of one certificate/],
  ],
  [
    'a Secret alone',
    { CERTIFICATE_SECRET: 'a' },
    [
      /^WEBHOOK_CONFIGURATION is not set/,
      /^SERVICE_NAME is not set/,
      /^NAMESPACE is not set/,
      /^KUBERNETES_SERVICE_HOST is not set/,
    ],
  ],
  ['no driver command', { ...files, V2_DRIVER_COMMAND: ',' }, [/^V2_DRIVER_COMMAND has no word/]],
  [
    'several bad values',
    { ...files, KFP_VERSION: '2.17', PASS_ARGUMENTS_BY: 'name', BUDGET_SECONDS: 'fast' },
    [
      /^BUDGET_SECONDS must be/,
      /^KFP_VERSION must be a version like 2\.17\.0, not "2\.17"$/,
      /^PASS_ARGUMENTS_BY must be one of reference, value/,
    ],
  ],
];

for (const [what, env, sentences] of contradictions) {
  test(`${what} is refused, each fault by a sentence with its remedy`, () => {
    const faults = faultsOf(env);
    assert.equal(faults.length, sentences.length, faults.join('\n'));
    for (const [at, sentence] of sentences.entries()) {
      assert.match(faults[at] ?? '', sentence);
    }
  });
}

test('lists are words with commas between them', () => {
  const { values } = readSettings(webhookSettings, {
    ...files,
    EXCLUDED_PIPELINES: ' nightly, weekly ,',
    V2_DRIVER_COMMAND: 'driver,--verbose',
  });
  assert.deepEqual(values.excludedPipelines, ['nightly', 'weekly']);
  assert.deepEqual(values.driverCommand, ['driver', '--verbose']);
  assert.deepEqual(values.harmlessEnv, []);
});
