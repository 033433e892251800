import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { readOptions, splitWords } from '../../../src/common/options.js';
import { doctorOptions } from '../../../src/doctor/doctor-options.js';
import { examine } from '../../../src/doctor/examine.js';
import type { Finding } from '../../../src/doctor/run-checks.js';
import { startApiServer } from './api-server.js';
import { answersOf, type Cluster, healthyCluster, namespace } from './healthy-cluster.js';
import { isDocumented } from './is-documented.js';

/** Options of doctor as a command line gives them. */
export function optionsOf(args: readonly string[]) {
  const words = splitWords(doctorOptions, args, false);
  const { values, faults } = readOptions(doctorOptions, words.given);
  assert.deepEqual([...words.faults, ...faults], []);
  return values;
}

/** Looks at a healthy cluster after one change, over HTTPS. Every fault that is found must stand in the docs. */
export async function examineCluster(
  t: Pick<TestContext, 'after'>,
  change: (cluster: Cluster) => void = () => {},
  args: readonly string[] = [],
) {
  const cluster = healthyCluster();
  change(cluster);
  const { kubeconfig, requests } = await startApiServer(t, answersOf(cluster));
  const examination = await examine(
    optionsOf(['--kubeconfig', kubeconfig(), '--namespace', namespace, '--timeout', '5', ...args]),
  );
  const find = (id: string): Finding => {
    const finding = examination.findings.find((one) => one.id === id);
    if (finding === undefined) {
      throw new Error(`there is no check ${id}`);
    }
    return finding;
  };
  const undocumented = examination.findings.filter(
    ({ hint, outcome, sentence }) =>
      (outcome === 'error' || outcome === 'warning') && !isDocumented(hint, sentence),
  );
  assert.deepEqual(undocumented, [], 'docs/doctor.md lacks these words');
  /** Ids of all that is neither well nor skipped. */
  const wrong = () =>
    examination.findings
      .filter(({ outcome }) => outcome === 'error' || outcome === 'warning')
      .map(({ id, outcome }) => `${outcome} ${id}`);
  return { ...examination, find, wrong, requests };
}
