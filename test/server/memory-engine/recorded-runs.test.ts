import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import type { Engine } from '../../../src/server/engine.js';
import { createMemoryEngine } from '../../../src/server/memory-engine/memory-engine.js';
import { collectLog } from '../../support/collect-log.js';

const recordsFile = '../shared/kfp-driver-runs/runs.jsonl';
const skip = existsSync(recordsFile) ? false : `${recordsFile} is not here`;
const context = { requestBytes: 0, deadlineMs: 0, joined: () => false, signal: new AbortController().signal };

interface RecordedRun {
  argv: string[];
  files: Partial<Record<'iteration-count' | 'execution-id' | 'pod-spec-patch', string>>;
  rc: number;
}

test("counts and patches are those of KFP's own driver, as far as they are known", { skip }, async () => {
  const engine = createMemoryEngine({ logger: collectLog() });
  const ids = new Map([['0', '0']]);
  const compared = { counts: 0, unsetCounts: 0, patches: 0 };
  const runs = readFileSync(recordsFile, 'utf8')
    .trim()
    .split('\n')
    .map((line): RecordedRun => JSON.parse(line));
  for (const { argv, files } of runs.filter(({ rc }) => rc === 0)) {
    const response = await replay(engine, argv, ids);
    ids.set(files['execution-id'] ?? '', String(response.execution_id));
    const count = response.iteration_count;
    compared.unsetCounts += count === undefined && files['iteration-count'] !== undefined ? 1 : 0;
    compared.counts += compareCount(count, files['iteration-count']);
    compared.patches += comparePatch(response.pod_spec_patch, files['pod-spec-patch']);
  }
  assert.deepEqual(compared, { counts: 122, unsetCounts: 4, patches: 73 });
});

async function replay(engine: Engine, argv: string[], ids: Map<string, string>): Promise<ExecuteResponse> {
  const flags = Object.fromEntries(argv.map((arg) => arg.slice(2).split(/=(.*)/s)));
  const request: ExecuteRequest__Output = {
    workflow: { name: flags['run_name'], namespace: 'kubeflow', uid: flags['run_id'] },
    type: `DRIVER_TYPE_${flags['type']}` as 'DRIVER_TYPE_DAG',
    component: flags['component'],
    task: flags['task'],
    container: flags['container'] ?? '',
    runtime_config: flags['runtime_config'] ?? '',
    dag_execution_id: ids.get(flags['dag_execution_id'] ?? '0') ?? '0',
    iteration_index: Number(flags['iteration_index']),
  };
  return (await engine.drive(request, context)).response;
}

function compareCount(count: number | undefined, recorded: string | undefined): number {
  const known = count !== undefined && recorded !== undefined;
  assert.equal(known ? String(count) : recorded, recorded);
  return Number(known);
}

/** Name, image, the launcher's place and the user's command; only KFP's driver fills placeholders in. */
function comparePatch(patch: string | undefined, recorded: string | undefined): number {
  const main = mainOf(patch);
  const recordedMain = mainOf(recorded);
  const filledIn = JSON.stringify(recordedMain.args) !== JSON.stringify(main.args);
  assert.equal(filledIn && !/{{\$|IfPresent/.test(JSON.stringify(main.args)), false);
  assert.deepEqual(shapeOf(main), recorded === undefined ? shapeOf(main) : shapeOf(recordedMain));
  return Number(recorded !== undefined);
}

interface MainContainer {
  name?: string;
  image?: string;
  args?: string[];
  command: string[];
  resources?: object;
}

function mainOf(patch = '{"containers":[{"command":[]}]}'): MainContainer {
  return JSON.parse(patch).containers[0];
}

const shapeOf = ({ name, image, resources, command, args = [] }: MainContainer) => {
  return [name, image, resources, command[0], command.at(-1), args.length];
};
