import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { JsonObject } from '../../src/common/json.js';
import type { ConvertOptions } from '../../src/convert/convert-options.js';
import { convertWorkflow } from '../../src/convert/convert-workflow.js';
import { createPluginClient } from '../../src/play/agent/plugin-client.js';
import { startOwnSidecar } from '../../src/play/own-programs.js';
import { readWorkflow } from '../../src/play/prepare/read-workflow.js';
import { serveWorkflows } from '../../src/play/walk/serve-workflows.js';
import { walkWorkflow } from '../../src/play/walk/walk-workflow.js';
import { readManifest } from '../../src/workflow/read-manifest.js';
import { startFakeServer } from './start-fake-server.js';

type Way = ConvertOptions['passBy'];

/** What one way of converting came to. */
interface Played {
  /** The program's calls by file, each its flags as JSON text, sorted. */
  readonly calls: ReadonlyMap<string, readonly string[]>;
  readonly faults: readonly string[];
  readonly postBytes: readonly number[];
}

const parallel = 4;

/** Plays every file by reference and by value. Resolves with one sentence for each thing that is not as it must be. */
export async function playBothWays(files: readonly string[]): Promise<readonly string[]> {
  // Without a service it answers UNIMPLEMENTED, which is an answer: ML Metadata is there.
  const metadata = new Server();
  const bind = promisify(metadata.bindAsync.bind(metadata));
  const port = await bind('127.0.0.1:0', ServerCredentials.createInsecure());
  const byReference = await playAll(files, 'reference', port);
  const byValue = await playAll(files, 'value', port);
  metadata.forceShutdown();
  const unequal = files.filter(
    (file) => byReference.calls.get(file)?.join('\n') !== byValue.calls.get(file)?.join('\n'),
  );
  const without = files.filter((file) => (byValue.calls.get(file) ?? []).length === 0);
  const calls = [...byReference.calls.values()].flat().length;
  process.stdout.write(
    `${files.length} workflows, ${calls} driver calls each way; POST in the middle: ` +
      `${median(byReference.postBytes)} bytes by reference, ${median(byValue.postBytes)} by value\n`,
  );
  return [
    ...byReference.faults,
    ...byValue.faults,
    ...unequal.map((file) => `${file}: the program was called otherwise by reference than by value`),
    ...without.map((file) => `${file}: the program was never called`),
  ];
}

async function playAll(files: readonly string[], way: Way, metadataPort: number): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'driver-plugin-adoption-'));
  const callsFile = join(folder, 'calls');
  const workflows = await serveWorkflows();
  const server = await startFakeServer({ folder, callsFile, kubernetesApi: workflows.url, metadataPort });
  const program = join(import.meta.dirname, '../../src/main.js');
  const sidecar = await startOwnSidecar({ program, driver: server.address });
  const client = createPluginClient(sidecar);
  const faults: string[] = [];
  const postBytes: number[] = [];
  const queue = [...files.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, file] = next;
      const workflow = readWorkflow(JSON.stringify(convertFile(file, way)), ({ generateName = '' }) => ({
        name: `${generateName}${index}`,
        namespace: 'kubeflow',
        uid: uidOf(index),
        creationTimestamp: '2026-01-01T00:00:00Z',
      }));
      workflows.put(workflow);
      const walk = await walkWorkflow(workflow, {
        post: (body, signal) => {
          postBytes.push(Buffer.byteLength(body));
          return client.post(body, signal);
        },
      });
      if (walk.phase !== 'Succeeded') {
        faults.push(`${file} by ${way}: ${walk.phase}: ${walk.message}`);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: parallel }, work));
    return { calls: readCalls(callsFile, files), faults, postBytes };
  } finally {
    client.close();
    await sidecar.stop();
    await server.stop();
    workflows.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function convertFile(file: string, passBy: Way): JsonObject {
  const conversion = convertWorkflow(readManifest(readFileSync(file, 'utf8')), { passBy });
  if (conversion.kind === 'left-alone') {
    throw new Error(`${file}: left alone: ${conversion.reasons.map(({ sentence }) => sentence).join('; ')}`);
  }
  return conversion.workflow;
}

/** KFP's compiler makes the workflow's uid the run's id, by which calls are told apart. */
function uidOf(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

function readCalls(callsFile: string, files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const calls = new Map<string, string[]>(files.map((file) => [file, []]));
  const fileOf = new Map(files.map((file, index) => [uidOf(index), file]));
  for (const line of readFileSync(callsFile, 'utf8').trimEnd().split('\n')) {
    const { run_id: runId }: { readonly run_id: string } = JSON.parse(line);
    calls.get(fileOf.get(runId) ?? '')?.push(line);
  }
  return new Map([...calls].map(([file, lines]) => [file, lines.sort()]));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
