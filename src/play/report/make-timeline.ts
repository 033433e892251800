import { isFailedOrError, type Node } from '../controller/node.js';
import { html, type Markup } from './markup.js';
import { isGroup } from './tree-rows.js';
import { formatDuration } from './units.js';

const axisHeight = 28;
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
  const percent = (ms: number): string => `${((ms / spanMs) * 98 + 1).toFixed(3)}%`;
  const height = axisHeight + rows.length * rowHeight + 8;
  const ticks = ticksOf(spanMs).map(
    (ms) => html`
<line x1="${percent(ms)}" x2="${percent(ms)}" y1="${axisHeight - 6}" y2="${height}"/>
<text class="tick" x="${percent(ms)}" y="16" text-anchor="${ms === 0 ? 'start' : 'middle'}">${formatTick(ms)}</text>`,
  );
  const bars = rows.map(({ node, depth, fragment }, index) => {
    const y = axisHeight + index * rowHeight;
    const width = ((endOf(node) - node.startedAtMs) / spanMs) * 98;
    return html`
<a href="#${fragment}"><title>${describe(node)}</title>
<text x="${8 + depth * 14}" y="${y + 15}">${node.displayName} <tspan>${formatDuration(endOf(node) - node.startedAtMs)}</tspan></text>
<rect class="${barClass(node)}" x="${percent(node.startedAtMs - startMs)}" y="${y + 20}" width="${width.toFixed(3)}%" height="${barHeight}" rx="2"/></a>`;
  });
  return html`<svg class="timeline" height="${height}" role="group" aria-label="${title}">${ticks}${bars}
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

/** At most five round times from 0 on. */
function ticksOf(spanMs: number): number[] {
  const rough = spanMs / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const stepMs = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? rough;
  return [0, 1, 2, 3].map((index) => index * stepMs).filter((ms) => ms <= spanMs * 0.95);
}

function formatTick(ms: number): string {
  return ms === 0 ? '0' : ms % 1000 === 0 ? `${ms / 1000} s` : ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}
