import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { createPluginClient } from '../../src/play/agent/plugin-client.js';
import { readWorkflow } from '../../src/play/prepare/read-workflow.js';
import { type Walk, walkWorkflow } from '../../src/play/walk/walk-workflow.js';
import type { WorkflowMetadata } from '../../src/workflow/workflow.js';
import { instantClock } from './instant-clock.js';
import { type Answer, type ReceivedPost, startPluginServer } from './plugin-server.js';

const root = join(import.meta.dirname, '../../..');
const shared = join(root, '../shared');

/** A folder of transcripts, and where their workflows are. */
interface Recordings {
  readonly title: string;
  readonly folder: string;
  readonly workflowFolders: readonly string[];
}

const workflowFolders = [join(shared, 'kfp-workflows/mlmd'), join(shared, 'kfp-workflows')];
const recordings: readonly Recordings[] = [
  {
    title: 'the examples, as play itself walked them when the transcripts were made',
    folder: join(root, 'test/play/transcripts'),
    workflowFolders: [join(root, 'examples/workflows')],
  },
  { title: "Argo's own walks", folder: join(shared, 'argo-transcripts'), workflowFolders },
  {
    title: "Argo's own walks of mixed ends",
    folder: join(shared, 'argo-transcripts/mixed'),
    workflowFolders,
  },
];

/** What Argo's real agent POSTed for a workflow, what it was answered, and the nodes the real controller made. */
interface Transcript {
  readonly workflow: string;
  readonly metadata: WorkflowMetadata;
  readonly phase: string;
  readonly posts: readonly { readonly body: string; readonly answer: unknown }[];
  readonly nodes: readonly TranscriptNode[];
}

interface TranscriptNode {
  readonly name: string;
  readonly type: string;
  readonly template?: string;
  readonly phase: string;
  readonly message?: string;
}

for (const recorded of recordings) {
  const skip = existsSync(recorded.folder) ? false : 'the recorded transcripts are not here';
  describe(recorded.title, { skip, concurrency: 4 }, () => {
    for (const file of transcriptFiles(recorded.folder)) {
      it(`${basename(file, '.json')} is walked as it was recorded`, async () => {
        const transcript: Transcript = JSON.parse(readFileSync(join(recorded.folder, file), 'utf8'));
        const { walk, bodies } = await replay(transcript, recorded.workflowFolders);
        assert.deepEqual(bodies, transcript.posts.map(({ body }) => canonical(body)).sort());
        assert.equal(walk.phase, transcript.phase);
        assert.deepEqual(nodesOf(walk, transcript.metadata.name), sortedNodes(transcript.nodes));
      });
    }
  });
}

function transcriptFiles(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
}

async function replay(
  transcript: Transcript,
  workflowFolders: readonly string[],
): Promise<{ walk: Walk; bodies: string[] }> {
  const server = await startPluginServer(answerAs(transcript));
  const client = createPluginClient({ address: server.address, token: 'a'.repeat(32) });
  try {
    const walk = await walkWorkflow(
      readWorkflow(workflowText(transcript.workflow, workflowFolders), () => transcript.metadata),
      {
        post: client.post,
        clock: instantClock(),
      },
    );
    return { walk, bodies: server.posts.map(({ body }) => canonical(body)).sort() };
  } finally {
    client.close();
    server.close();
  }
}

/** The n-th POST of a body gets the n-th answer that was recorded for this body. */
function answerAs({ posts }: Transcript): (post: ReceivedPost) => Answer {
  const answers = new Map<string, unknown[]>();
  for (const { body, answer } of posts) {
    const key = canonical(body);
    answers.set(key, [...(answers.get(key) ?? []), answer]);
  }
  return ({ body }) => {
    const answer = answers.get(canonical(body))?.shift();
    return answer === undefined
      ? { httpStatus: 500, text: 'Argo never sent this body' }
      : { text: JSON.stringify(answer) };
  };
}

function workflowText(name: string, folders: readonly string[]): string {
  const path = folders.map((folder) => join(folder, name)).find(existsSync);
  return readFileSync(path ?? name, 'utf8');
}

/** JSON text with every object's keys sorted, so that equal values are equal texts. */
function canonical(text: string): string {
  return JSON.stringify(JSON.parse(text), (_key, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function nodesOf(walk: Walk, workflowName: string): TranscriptNode[] {
  return sortedNodes(
    walk.nodes.map(({ name, type, templateName, phase, message }) => ({
      name: name.slice(workflowName.length),
      type,
      template: templateName,
      phase,
      message,
    })),
  );
}

function sortedNodes(nodes: readonly TranscriptNode[]): TranscriptNode[] {
  return nodes
    .map(({ name, type, template = '', phase, message = '' }) => ({ name, type, template, phase, message }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
