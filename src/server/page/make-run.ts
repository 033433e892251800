import type { AdminAnswer } from '../../admin/admin-server.js';
import { html, type Markup } from '../../common/markup.js';
import { countOf, formatDuration } from '../../common/units.js';
import type { CallRecord } from './call-record.js';
import { endOf, isFailed, outcomeOf, stageMs, taskOf } from './describe-call.js';
import { countRun, groupRuns } from './group-runs.js';
import { makeCallTimeline } from './make-call-timeline.js';
import { makeTable } from './make-table.js';
import { answerPage, makeTime, makeTimeOfDay } from './page-frame.js';
import type { Snapshot } from './server-view.js';

/** Most calls of one page. */
const mostCalls = 500;

/** The page of one run: its drivers over time, and all that is known of each. 404 where nothing is. */
export function makeRun({ nowMs, server, calls }: Snapshot, uid: string): AdminAnswer {
  const run = groupRuns(calls).find((candidate) => candidate.uid === uid);
  if (run === undefined) {
    const main = html`<p>It is older than what this server remembers, another replica drove it, or it has called nobody.</p>
<p><a href="./">All runs</a></p>`;
    return answerPage('Nothing is known of this run', nowMs, main, 404);
  }
  const hasQueue = server.load !== undefined;
  const { failed, cached, open, beganMs, endedMs } = countRun(run, hasQueue, nowMs);
  const shown = run.calls.slice(-mostCalls);
  const left = run.calls.length - shown.length;
  const main = html`
<p class="soft">namespace <span>${run.namespace}</span> · uid <span class="id">${run.uid}</span></p>
<p>${countOf(run.calls.length, 'call')} in ${formatDuration(endedMs - beganMs)}, from ${makeTime(beganMs)}: ${open} open, ${failed} failed, ${cached} cached.</p>
${left === 0 ? undefined : html`<p class="soft">The newest ${mostCalls} are shown; ${left} older ones are not.</p>`}
<section><h2>Timeline</h2>${makeLegend()}
<p><a class="skip" href="#calls">Skip to the table of its drivers</a></p>
${makeCallTimeline(`Drivers of ${run.workflow} over time`, shown, hasQueue, nowMs)}</section>
<section id="calls" tabindex="-1"><h2>Drivers</h2>${makeCalls(shown, hasQueue, nowMs)}</section>`;
  return answerPage(run.workflow === '' ? 'A run without a name' : run.workflow, nowMs, main);
}

export function rowId({ number }: CallRecord): string {
  return `call-${number}`;
}

const legend = [
  ['bar-queue', 'in the queue'],
  ['bar-program', 'driver runs'],
  ['bar-ledger', 'workflow read, ledger'],
  ['bar-rest', 'the rest of the call'],
  ['bar-failed', 'failed'],
] as const;

function makeLegend(): Markup {
  return html`<p class="legend">${legend.map(([name, text]) => html`<span><i class="${name}"></i>${text}</span>`)}</p>`;
}

function makeCalls(calls: readonly CallRecord[], hasQueue: boolean, nowMs: number): Markup {
  const durationOf = (ms: number | undefined) => (ms === undefined ? '' : formatDuration(ms));
  return makeTable(
    'In the order of arrival; times in UTC. The logs of sidecar and server have each request id.',
    [
      { title: 'Task', cell: taskOf },
      { title: 'Driver', isShort: true, cell: ({ type }) => type ?? 'unknown' },
      { title: 'Outcome', cell: (call) => makeOutcome(call, hasQueue) },
      {
        title: 'Cached',
        isShort: true,
        cell: ({ end }) => (end?.cached === undefined ? '' : end.cached ? 'yes' : 'no'),
      },
      { title: 'Came', isShort: true, cell: ({ beganMs }) => makeTimeOfDay(beganMs) },
      { title: 'Queue', isShort: true, cell: (call) => durationOf(stageMs(call, 'queue')) },
      { title: 'Run', isShort: true, cell: (call) => durationOf(stageMs(call, 'program')) },
      { title: 'In all', isShort: true, cell: (call) => formatDuration(endOf(call, nowMs) - call.beganMs) },
      { title: 'Request id', cell: ({ requestId }) => html`<span class="id">${requestId}</span>` },
      { title: 'Sidecar', cell: ({ peer }) => html`<span class="id">${peer}</span>` },
    ],
    calls,
    rowId,
  );
}

function makeOutcome(call: CallRecord, hasQueue: boolean): Markup {
  const name = call.end === undefined ? 'wait' : isFailed(call) ? 'bad' : 'good';
  return html`<b class="${name}">${outcomeOf(call, hasQueue)}</b>`;
}
