import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PostTemplate } from '../agent/plugin-client.js';
import type { Node } from '../controller/node.js';
import type { PlayOptions } from '../play-options.js';
import { type FixedMetadata, type NameInFile, readWorkflow } from '../workflow/read-workflow.js';
import { type Walk, walkWorkflow } from './walk-workflow.js';

/** How one file was played; `refusal` instead of a walk for a file that cannot be played. */
export type PlayedFile =
  | { readonly file: string; readonly workflowName: string; readonly walk: Walk }
  | { readonly file: string; readonly refusal: string };

export interface PlayListener {
  onNode(file: string, workflowName: string, node: Node): void;
  onPlayed(played: PlayedFile): void;
}

/** Plays every file, so many side by side as asked for; the results are in the order of the files. */
export async function playFiles(
  { files, metadata, parallel }: Pick<PlayOptions, 'files' | 'metadata' | 'parallel'>,
  post: PostTemplate,
  listener: PlayListener,
  signal: AbortSignal,
): Promise<PlayedFile[]> {
  const played = new Map<number, PlayedFile>();
  const queue = [...files.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
      const [index, file] = next;
      const result = await playFile(file, metadata, post, listener, signal);
      played.set(index, result);
      listener.onPlayed(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, files.length) }, work));
  return files.map(
    (file, index) => played.get(index) ?? { file, refusal: 'interrupted before it was played' },
  );
}

async function playFile(
  file: string,
  fixed: PlayOptions['metadata'],
  post: PostTemplate,
  listener: PlayListener,
  signal: AbortSignal,
): Promise<PlayedFile> {
  try {
    const text = await readFile(file, 'utf8');
    const workflow = readWorkflow(text, (inFile) => makeMetadata(inFile, fixed));
    const workflowName = workflow.metadata.name;
    const onNode = (node: Node): void => listener.onNode(file, workflowName, node);
    return { file, workflowName, walk: await walkWorkflow(workflow, { post, onNode, signal }) };
  } catch (error) {
    return { file, refusal: error instanceof Error ? error.message : String(error) };
  }
}

function makeMetadata(inFile: NameInFile, fixed: PlayOptions['metadata']): FixedMetadata {
  const created = fixed.created === undefined ? new Date() : new Date(fixed.created);
  return {
    name:
      fixed.name ??
      inFile.name ??
      `${inFile.generateName ?? 'workflow-'}${randomBytes(3).toString('hex').slice(1)}`,
    namespace: fixed.namespace ?? inFile.namespace ?? 'kubeflow',
    uid: fixed.uid ?? randomUUID(),
    creationTimestamp: created.toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}
