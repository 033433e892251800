import { html, type Markup } from '../../common/markup.js';
import { axisHeight, makeTimeAxis, percentOf, xOf } from '../../common/time-axis.js';
import { formatDuration } from '../../common/units.js';
import type { CallRecord } from './call-record.js';
import { endOf, isFailed, outcomeOf, segmentsOf, taskOf } from './describe-call.js';

const rowHeight = 34;
const barHeight = 9;
/** Longest name over a bar; the table has the whole one. */
const longestName = 40;

/** The calls of a run as bars over time, each a link to its row of the table, in the colours of its stages. */
export function makeCallTimeline(
  title: string,
  calls: readonly CallRecord[],
  hasQueue: boolean,
  nowMs: number,
): Markup {
  const startMs = Math.min(...calls.map(({ beganMs }) => beganMs));
  const spanMs = Math.max(1, ...calls.map((call) => endOf(call, nowMs) - startMs));
  const height = axisHeight + calls.length * rowHeight + 8;
  const bars = calls.map((call, index) => {
    const y = axisHeight + index * rowHeight;
    const bar = (className: string, beganMs: number, endedMs: number) => html`
<rect class="${className}" x="${xOf(beganMs - startMs, spanMs)}" y="${y + 20}" width="${percentOf(Math.max(0, endedMs - beganMs), spanMs).toFixed(3)}%" height="${barHeight}"/>`;
    const endMs = endOf(call, nowMs);
    const stages = segmentsOf(call, hasQueue, nowMs);
    return html`
<a href="#call-${call.number}"><title>${describe(call, hasQueue, nowMs)}</title>
<text x="8" y="${y + 15}">${shorten(taskOf(call))} <tspan>${formatDuration(endMs - call.beganMs)}${isFailed(call) ? ', failed' : ''}</tspan></text>${bar('bar-rest', call.beganMs, endMs)}${stages.map(({ className, beganMs, endedMs }) => bar(className, beganMs, endedMs))}${isFailed(call) ? bar('bar-failed', call.beganMs, endMs) : undefined}</a>`;
  });
  return html`<svg class="timeline" height="${height}" role="group" aria-labelledby="timeline-title" aria-describedby="timeline-desc">
<title id="timeline-title">${title}</title>
<desc id="timeline-desc">One bar a call, in the order of arrival, over ${formatDuration(spanMs)}. The table below has the same in words.</desc>${makeTimeAxis(spanMs, height)}${bars}
</svg>`;
}

function describe(call: CallRecord, hasQueue: boolean, nowMs: number): string {
  return `${shorten(taskOf(call))}: ${outcomeOf(call, hasQueue)}, ${formatDuration(endOf(call, nowMs) - call.beganMs)}`;
}

function shorten(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName - 1).toWellFormed()}…`;
}
