import { basename, extname } from 'node:path';
import type { Writable } from 'node:stream';
import { isFulfilled, type Node } from '../controller/node.js';
import type { PlayedFile, PlayListener } from '../walk/play-files.js';
import { durationMs, outputsOf } from './make-report.js';

const longestValue = 60;

export interface TreePrinterOptions {
  readonly output: Pick<Writable, 'write'>;
  /** A terminal gets a line of progress below the tree. */
  readonly isTerminal: boolean;
  /** With several files side by side each line names its file. */
  readonly files: number;
}

/** Prints nodes as they start (those with nodes below them) and as they end, indented by their depth. */
export function createTreePrinter({ output, isTerminal, files }: TreePrinterOptions): PlayListener {
  const lastBoundary = new Map<string, Node | undefined>();
  const shown = new WeakMap<Node, string>();
  const counts = { nodes: 0, posts: 0, played: 0 };

  const print = (file: string, line: string): void => {
    const label = files > 1 ? `[${basename(file, extname(file))}] ` : '';
    output.write(`${isTerminal ? '\r\x1b[2K' : ''}${label}${line}\n`);
    if (isTerminal) {
      output.write(`${counts.played} of ${files} workflows, ${counts.nodes} nodes finished`);
    }
  };

  return {
    onNode: (file, workflowName, node) => {
      const state = isFulfilled(node) ? node.phase : isGroup(node) ? 'started' : '';
      if (state === '' || shown.get(node) === state) {
        return;
      }
      shown.set(node, state);
      counts.nodes += isFulfilled(node) ? 1 : 0;
      const isNear = lastBoundary.get(file) === node.boundary;
      lastBoundary.set(file, isGroup(node) && !isFulfilled(node) ? node : node.boundary);
      const name = isNear ? node.displayName : node.name.slice(workflowName.length + 1) || workflowName;
      print(file, `${'  '.repeat(depthOf(node))}${name}  ${describe(node)}`);
    },
    onPlayed: (played) => {
      counts.played += 1;
      print(played.file, verdict(played));
    },
  };
}

function verdict(played: PlayedFile): string {
  if ('refusal' in played) {
    return `${played.file} cannot be played: ${played.refusal}`;
  }
  const { phase, message, posts, durationMs: ms } = played.walk;
  return `${played.workflowName}  ${phase}  ${posts} POSTs  ${Math.round(ms)} ms${message && `  ${message}`}`;
}

function isGroup({ type }: Node): boolean {
  return ['DAG', 'Steps', 'StepGroup', 'TaskGroup', 'Retry'].includes(type);
}

function depthOf(node: Node): number {
  let depth = 0;
  for (let boundary = node.boundary; boundary !== undefined; boundary = boundary.boundary) {
    depth += 1;
  }
  return depth;
}

function describe(node: Node): string {
  if (!isFulfilled(node)) {
    return node.type;
  }
  const parts = [node.type, node.phase, `${durationMs(node)} ms`];
  if (node.message !== '') {
    parts.push(JSON.stringify(node.message));
  }
  parts.push(...Object.entries(outputsOf(node)).map(([name, value]) => `${name}=${shorten(value)}`));
  if (node.type === 'Pod') {
    const patch = node.template?.podSpecPatch ?? '';
    parts.push(patch === '' ? 'not run' : `not run; its patch: ${shorten(patch)}`);
  }
  return parts.join('  ');
}

function shorten(value: string): string {
  const text = /^[\w.:/-]+$/.test(value) ? value : JSON.stringify(value);
  return text.length <= longestValue
    ? text
    : `${text.slice(0, longestValue)}... (${value.length} characters)`;
}
