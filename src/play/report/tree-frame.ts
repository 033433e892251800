import type { Node } from '../controller/node.js';
import { describeRow, nameWidth } from './describe-row.js';
import { type Piece, styleLine } from './styled-line.js';
import { isEndedGroup, treeRows } from './tree-rows.js';

/** What a frame is drawn for. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  readonly isColoured: boolean;
}

/** The whole tree of a workflow, one line a node. */
export function treeLines(nodes: Iterable<Node>, nowMs: number, terminal: Terminal): string[] {
  return toLines([nodes], () => false, nowMs, terminal);
}

/**
 * The trees of the workflows in play, at most `rows` lines: where there is more, what has ended is folded, and then
 * the lines furthest up are left out.
 */
export function treeFrame(workflows: readonly Iterable<Node>[], nowMs: number, terminal: Terminal): string[] {
  const whole = toLines(workflows, () => false, nowMs, terminal);
  if (whole.length <= terminal.rows) {
    return whole;
  }
  const folded = toLines(workflows, isEndedGroup, nowMs, terminal);
  if (folded.length <= terminal.rows) {
    return folded;
  }
  const kept = Math.max(0, terminal.rows - 1);
  const note: Piece = { text: `… ${folded.length - kept} more lines above`, look: 'dim' };
  return [styleLine([note], terminal.columns, terminal.isColoured), ...folded.slice(folded.length - kept)];
}

function toLines(
  workflows: readonly Iterable<Node>[],
  isFolded: (node: Node) => boolean,
  nowMs: number,
  { columns, isColoured }: Terminal,
): string[] {
  const rows = workflows.flatMap((nodes) => treeRows(nodes, isFolded));
  // A long name must not push everything else off a narrow terminal.
  const layout = { columns, nameColumns: Math.min(nameWidth(rows), Math.max(20, columns - 40)) };
  return rows.map((row) => styleLine(describeRow(row, layout, nowMs), columns, isColoured));
}
