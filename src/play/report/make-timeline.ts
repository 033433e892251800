import { html, type Markup } from '../../common/markup.js';
import { axisHeight, makeTimeAxis, percentOf, xOf } from '../../common/time-axis.js';
import { formatDuration } from '../../common/units.js';
import { isFailedOrError, type Node } from '../controller/node.js';
import { isGroup } from './tree-rows.js';

const rowHeight = 34;
const barHeight = 9;

/** A node on the timeline: its depth in the tree and the fragment that its details have. */
export interface TimelineRow {
  readonly node: Node;
  readonly depth: number;
  readonly fragment: string;
}

/**
 * The run as bars over time, one row a node, each a link to the node's details. Across, everything is in percent, so
 * that texts keep their size on every screen.
 */
export function makeTimeline(title: string, rows: readonly TimelineRow[]): Markup {
  const startMs = Math.min(...rows.map(({ node }) => node.startedAtMs));
  const spanMs = Math.max(1, ...rows.map(({ node }) => endOf(node) - startMs));
  const height = axisHeight + rows.length * rowHeight + 8;
  const bars = rows.map(({ node, depth, fragment }, index) => {
    const y = axisHeight + index * rowHeight;
    const width = percentOf(endOf(node) - node.startedAtMs, spanMs);
    return html`
<a href="#${fragment}"><title>${describe(node)}</title>
<text x="${8 + depth * 14}" y="${y + 15}">${node.displayName} <tspan>${formatDuration(endOf(node) - node.startedAtMs)}</tspan></text>
<rect class="${barClass(node)}" x="${xOf(node.startedAtMs - startMs, spanMs)}" y="${y + 20}" width="${width.toFixed(3)}%" height="${barHeight}" rx="2"/></a>`;
  });
  return html`<svg class="timeline" height="${height}" role="group" aria-label="${title}">${makeTimeAxis(spanMs, height)}${bars}
</svg>`;
}

/** The class of a node's bar, for the colour that the legend explains. */
export function barClass(node: Node): string {
  if (isFailedOrError(node)) {
    return 'bar-bad';
  }
  return node.type === 'Plugin' ? 'bar-plugin' : isGroup(node) ? 'bar-group' : 'bar-other';
}

function describe(node: Node): string {
  return `${node.displayName}: ${node.type}, ${node.phase}, ${formatDuration(endOf(node) - node.startedAtMs)}`;
}

function endOf({ finishedAtMs, startedAtMs }: Node): number {
  return finishedAtMs ?? startedAtMs;
}
