// npm run test:cluster: installs the chart with the real helm on a real kube-apiserver and asks that API whether all
// is as it must be. --update writes the golden files anew. Skips without Go.
import { type Check, type Outcome, runChecks } from './checks.js';
import { type Programs, preparePrograms } from './programs.js';
import { createStage, installAllCrds, reasonToSkip } from './stage.js';
import { type Cluster, startCluster } from './start-cluster.js';
import { doctor } from './suites/doctor.js';
import { exampleValues } from './suites/example-values.js';
import { kfpComponent } from './suites/kfp-component.js';
import { leaseChecks } from './suites/lease.js';
import { lifecycle } from './suites/lifecycle.js';
import { podSecurity } from './suites/pod-security.js';
import { refusals } from './suites/refusals.js';
import { rendering, withoutArgo } from './suites/rendering.js';
import { rights } from './suites/rights.js';
import { webhookChecks } from './suites/webhook.js';

const update = process.argv.includes('--update');
/** In this order; a suite of another feature goes here. */
const suites: readonly (readonly Check[])[] = [
  rendering(update),
  kfpComponent(update),
  refusals,
  lifecycle,
  exampleValues,
  rights,
  leaseChecks,
  podSecurity,
  doctor,
  webhookChecks,
];
const log = (line: string) => process.stdout.write(`${line}\n`);

const reason = await reasonToSkip();
if (reason !== undefined) {
  log(`test:cluster: skipped, ${reason}`);
} else {
  const programs = await preparePrograms(log);
  const cluster = await startCluster(programs);
  try {
    const { passed, failed } = await runAll(cluster, programs);
    log(`test:cluster: ${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 ? 0 : 1;
  } finally {
    await cluster.stop();
  }
}

async function runAll(cluster: Cluster, programs: Programs): Promise<Outcome> {
  const before = await runChecks(withoutArgo, createStage(cluster, programs, 'without-argo'), log);
  await installAllCrds(cluster);
  const after = await runChecks(suites.flat(), createStage(cluster, programs, 'with-argo'), log);
  return { passed: before.passed + after.passed, failed: before.failed + after.failed };
}
