import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sharedFolder } from '../support/shared-folder.js';
import { outputsOf, startBridge } from '../support/start-bridge.js';

interface Transcript {
  readonly posts: readonly { readonly body: string }[];
}

interface RecordedBody {
  readonly workflow: { readonly metadata: { name: string; namespace: string; uid: string } };
  readonly template: {
    readonly outputs: { readonly parameters: readonly { readonly name: string }[] };
    readonly plugin: { readonly 'driver-plugin': { readonly args: Readonly<Record<string, unknown>> } };
  };
}

const specNames = ['component', 'task', 'container', 'runtime_config', 'kubernetes_config'] as const;
const textNames = ['pipeline_name', 'run_id', 'run_name', 'run_display_name', 'task_name'] as const;
const numberNames = ['dag_execution_id', 'iteration_index'] as const;

const { path: transcripts, skip } = sharedFolder('argo-transcripts');
const folders = [
  { name: 'of workflows that went well', folder: transcripts, least: 800 },
  { name: 'of conditions, caches, failures and requeues', folder: join(transcripts, 'mixed'), least: 600 },
];
for (const { name, folder, least } of folders) {
  test(`every recorded POST of Argo's agent bridges, ${name}`, { skip }, async (t) => {
    const { driver, sidecar } = await startBridge(t);
    const bodies = await readBodies(folder);
    assert.ok(bodies.length >= least, `${bodies.length} POSTs`);

    // A body that was recorded again is the same task again, which need not be driven again.
    const tasks = new Set(bodies);
    for (const text of tasks) {
      const outputs = outputsOf(await sidecar.post(text));
      const body: RecordedBody = JSON.parse(text);
      const { args } = body.template.plugin['driver-plugin'];
      const request = driver.requests.at(-1);
      assert.deepEqual({ ...request?.workflow }, body.workflow.metadata);
      for (const key of [...specNames, ...textNames]) {
        assert.equal(request?.[key], args[key], key);
      }
      for (const key of numberNames) {
        assert.equal(String(request?.[key]), args[key], key);
      }
      assert.equal(request?.type, `DRIVER_TYPE_${args['type']}`);
      for (const declared of body.template.outputs.parameters) {
        assert.equal(typeof outputs[declared.name], 'string', declared.name);
      }
    }

    const requestIds = new Set(driver.requests.map((request) => request.request_id));
    assert.deepEqual([driver.requests.length, requestIds.size], [tasks.size, tasks.size]);
    t.diagnostic(`${bodies.length} POSTs, ${tasks.size} tasks`);
  });
}

async function readBodies(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((text) => {
    const transcript: Transcript = JSON.parse(text);
    return transcript.posts.map(({ body }) => body);
  });
}
