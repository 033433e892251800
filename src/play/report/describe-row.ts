import { countOf, formatDuration } from '../../common/units.js';
import { isFulfilled, type Node } from '../controller/node.js';
import { describeOutputs } from './describe-outputs.js';
import { printable } from './printable.js';
import { type Look, type Piece, widthOf } from './styled-line.js';
import type { TreeRow } from './tree-rows.js';

const symbols: Readonly<Record<string, { readonly symbol: string; readonly look: Look }>> = {
  Succeeded: { symbol: '✔', look: 'green' },
  Failed: { symbol: '✖', look: 'red' },
  Error: { symbol: '✖', look: 'red' },
  Pending: { symbol: '◌', look: 'yellow' },
  Running: { symbol: '◌', look: 'cyan' },
  Skipped: { symbol: '–', look: 'dim' },
  Omitted: { symbol: '–', look: 'dim' },
};
const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const spinnerMs = 100;

/** How a phase looks; phases that Argo does not know look plain. */
export function lookOfPhase(phase: string): Look {
  return Object.hasOwn(symbols, phase) ? (symbols[phase]?.look ?? 'plain') : 'plain';
}

/** How wide a row and its column of names are. */
export interface RowLayout {
  readonly columns: number;
  readonly nameColumns: number;
}

/** How wide the names of these rows are, with what leads to them. */
export function nameWidth(rows: readonly TreeRow[]): number {
  return Math.max(0, ...rows.map(({ prefix, node }) => widthOf(prefix) + 2 + widthOf(nameOf(node))));
}

/** Below so many columns the symbol alone tells the phase. */
const narrow = 72;

/** One row: name, phase, duration, and what the node returned or what is wrong with it. */
export function describeRow({ prefix, node, folded }: TreeRow, layout: RowLayout, nowMs: number): Piece[] {
  const { nameColumns, columns } = layout;
  const look = lookOfPhase(node.phase);
  const name = nameOf(node);
  const padding = ' '.repeat(Math.max(0, nameColumns - widthOf(prefix) - 2 - widthOf(name)));
  const tookMs = (node.finishedAtMs ?? nowMs) - node.startedAtMs;
  const words = wordsOf(node, folded);
  return [
    { text: prefix, look: 'dim' },
    { text: `${symbolOf(node, nowMs)} `, look },
    { text: `${name}${padding}  `, look: node.boundary === undefined ? 'bold' : 'plain' },
    { text: columns < narrow ? '' : `${printable(node.phase).padEnd('Succeeded'.length)}  `, look },
    { text: formatDuration(tookMs).padStart('999 ms'.length), look: 'dim' },
    { text: words === '' ? '' : `  ${words}`, look: 'plain' },
  ];
}

function wordsOf(node: Node, folded: number): string {
  const words = describeOutputs(node);
  if (folded > 0) {
    words.push(countOf(folded, 'node'));
  }
  // A driver's "done as execution 3" says no more than its outputs.
  if (node.phase !== 'Succeeded' && node.message !== '') {
    words.push(node.message);
  }
  return printable(words.join(', '));
}

function symbolOf(node: Node, nowMs: number): string {
  if (!isFulfilled(node) && node.type === 'Plugin') {
    return spinner[Math.floor(nowMs / spinnerMs) % spinner.length] ?? '';
  }
  return Object.hasOwn(symbols, node.phase) ? (symbols[node.phase]?.symbol ?? '') : '◌';
}

function nameOf({ displayName }: Node): string {
  return printable(displayName);
}
