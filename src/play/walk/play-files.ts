import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errorText } from '../../common/error-text.js';
import type { Workflow } from '../../workflow/workflow.js';
import type { PostTemplate } from '../agent/plugin-client.js';
import type { Node } from '../controller/node.js';
import { rfc3339 } from '../go/rfc3339.js';
import { type FixedMetadata, type NameInFile, readWorkflow } from '../prepare/read-workflow.js';
import { type Walk, walkWorkflow } from './walk-workflow.js';

export interface PlayFilesOptions {
  readonly files: readonly string[];
  readonly metadata: ChosenMetadata;
  /** How many files are played side by side. */
  readonly parallel: number;
  /** Told of each workflow before it is played. */
  readonly publish?: (workflow: Workflow) => void;
}

/** What wins over the file's own metadata; `created` is RFC 3339. */
export interface ChosenMetadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly created?: string;
}

/** How one file was played; `refusal` instead of a walk for a file that cannot be played. */
export type PlayedFile =
  | { readonly file: string; readonly workflowName: string; readonly walk: Walk }
  | { readonly file: string; readonly refusal: string };

export interface PlayListener {
  onNode(file: string, workflowName: string, node: Node): void;
  onPlayed(played: PlayedFile): void;
  /** Nothing more will come. May be called twice. */
  end(): void;
}

/** Plays every file, so many side by side as asked for; the results are in the order of the files. */
export async function playFiles(
  options: PlayFilesOptions,
  post: PostTemplate,
  listener: PlayListener,
  signal: AbortSignal,
): Promise<PlayedFile[]> {
  const { files, parallel } = options;
  const played = new Map<number, PlayedFile>();
  const queue = [...files.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
      const [index, file] = next;
      const result = await playFile(file, options, post, listener, signal);
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
  { metadata: chosen, publish = () => undefined }: PlayFilesOptions,
  post: PostTemplate,
  listener: PlayListener,
  signal: AbortSignal,
): Promise<PlayedFile> {
  try {
    const text = await readFile(file, 'utf8');
    const workflow = readWorkflow(text, (inFile) => makeMetadata(inFile, chosen));
    publish(workflow);
    const workflowName = workflow.metadata.name;
    const onNode = (node: Node): void => listener.onNode(file, workflowName, node);
    return { file, workflowName, walk: await walkWorkflow(workflow, { post, onNode, signal }) };
  } catch (error) {
    return { file, refusal: errorText(error) };
  }
}

function makeMetadata(inFile: NameInFile, chosen: ChosenMetadata): FixedMetadata {
  return {
    name:
      chosen.name ??
      inFile.name ??
      `${inFile.generateName ?? 'workflow-'}${randomBytes(3).toString('hex').slice(1)}`,
    namespace: chosen.namespace ?? inFile.namespace ?? 'kubeflow',
    uid: chosen.uid ?? randomUUID(),
    creationTimestamp: rfc3339(chosen.created === undefined ? new Date() : new Date(chosen.created)),
  };
}
