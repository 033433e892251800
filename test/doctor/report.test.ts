import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readVersion } from '../../src/common/version.js';
import { toJson } from '../../src/doctor/report/to-json.js';
import { toTable } from '../../src/doctor/report/to-table.js';
import type { Finding } from '../../src/doctor/run-checks.js';
import type { Scope } from '../../src/doctor/scope.js';

const scope: Scope = {
  namespace: 'team-a',
  controllerNamespace: 'kubeflow',
  controllerServiceAccount: undefined,
  serviceAccounts: ['pipeline-runner'],
  driver: undefined,
  tokenFile: undefined,
  isInside: false,
  timeoutMs: 10_000,
};

const withoutHints: readonly Omit<Finding, 'hint'>[] = [
  {
    id: 'kubernetes-api',
    category: 'Kubernetes',
    outcome: 'well',
    sentence: 'the Kubernetes API answers: v1.34.4',
  },
  {
    id: 'controller-plugins',
    category: "Argo's controller",
    outcome: 'error',
    sentence: 'ARGO_EXECUTOR_PLUGINS is not set on kubeflow/workflow-controller',
    remedy: 'kubectl set env deployment/workflow-controller -n kubeflow ARGO_EXECUTOR_PLUGINS=true',
  },
  {
    id: 'controller-speed',
    category: "Argo's controller",
    outcome: 'warning',
    sentence: 'DEFAULT_REQUEUE_TIME is 10s: pipelines get slower',
    remedy: 'first command\nsecond command',
  },
  { id: 'server-health', category: 'The driver server', outcome: 'skipped', sentence: 'this is not a pod' },
  {
    id: 'run-account-token',
    category: 'Service accounts of runs',
    subject: 'pipeline-runner',
    outcome: 'skipped',
    sentence: 'you may not get secrets in team-a',
  },
  { id: 'server-contract', category: 'The driver server', outcome: 'skipped', sentence: 'this is not a pod' },
];

const findings = withoutHints.map(
  (finding): Finding => ({ ...finding, hint: `docs/doctor.md#${finding.id}` }),
);

const golden = (name: string) =>
  readFileSync(new URL(`../../../test/doctor/golden/${name}`, import.meta.url), 'utf8');

test('the table has a line for each check, remedies below what is wrong, and skips of one reason together', () => {
  assert.equal(toTable(findings, scope), golden('table.txt'));
});

test('the JSON has every finding with its hint, and the counts', () => {
  assert.equal(toJson(findings, scope).replace(`"${readVersion()}"`, '"VERSION"'), golden('findings.json'));
});
