import { basename, extname } from 'node:path';
import type { Writable } from 'node:stream';
import { formatDuration } from '../../common/units.js';
import { isFulfilled, type Node } from '../controller/node.js';
import type { PlayListener } from '../walk/play-files.js';
import { describeOutputs } from './describe-outputs.js';
import { durationMs } from './make-report.js';
import { printable } from './printable.js';
import { isGroup } from './tree-rows.js';
import { describeVerdict } from './verdict.js';

export interface TreePrinterOptions {
  readonly output: Pick<Writable, 'write'>;
  /** With several files side by side each line names its file. */
  readonly files: number;
}

/** Prints nodes as they start (those with nodes below them) and as they end, indented by their depth. */
export function createTreePrinter({ output, files }: TreePrinterOptions): PlayListener {
  const lastBoundary = new Map<string, Node | undefined>();
  const shown = new WeakMap<Node, string>();
  const print = (file: string, indent: string, line: string): void => {
    const label = files > 1 ? `[${basename(file, extname(file))}] ` : '';
    output.write(`${label}${indent}${printable(line)}\n`);
  };
  return {
    onNode: (file, workflowName, node) => {
      const state = isFulfilled(node) ? node.phase : isGroup(node) ? 'started' : '';
      if (state === '' || shown.get(node) === state) {
        return;
      }
      shown.set(node, state);
      const isNear = lastBoundary.get(file) === node.boundary;
      lastBoundary.set(file, isGroup(node) && !isFulfilled(node) ? node : node.boundary);
      const name = isNear ? node.displayName : node.name.slice(workflowName.length + 1) || workflowName;
      print(file, '  '.repeat(depthOf(node)), `${name}  ${describe(node)}`);
    },
    onPlayed: (played) => print(played.file, '', describeVerdict(played)),
    end: () => undefined,
  };
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
  const words = describeOutputs(node);
  if (node.phase !== 'Succeeded' && node.message !== '') {
    words.push(node.message);
  }
  return [node.type, node.phase, formatDuration(durationMs(node)), words.join(', ')].join('  ').trimEnd();
}
