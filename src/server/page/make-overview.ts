import type { AdminAnswer } from '../../admin/admin-server.js';
import { html, type Markup } from '../../common/markup.js';
import { countOf, formatDuration } from '../../common/units.js';
import { countRun, groupRuns, type QueuedRun, queueByRun, type Run } from './group-runs.js';
import { makeServerFacts } from './make-server-facts.js';
import { makeTable } from './make-table.js';
import { answerPage, makeTime } from './page-frame.js';
import type { Snapshot } from './server-view.js';

/** Most rows of a table of runs. */
const mostRuns = 100;

/** The first page: the server, who waits in its queue, and the runs that it drove lately. */
export function makeOverview({ nowMs, server, calls, forgotten }: Snapshot): AdminAnswer {
  const hasQueue = server.load !== undefined;
  const runs = groupRuns(calls);
  const main = html`
${makeServerFacts(server)}
${hasQueue ? makeQueue(queueByRun(runs), nowMs) : undefined}
<section><h2>Runs</h2>${makeRuns(runs, hasQueue, nowMs)}
<p class="soft">${countOf(calls.length, 'call')} in memory; ${forgotten} older ones are forgotten. Times are of this server's clock.</p>
</section>`;
  return answerPage('Driver server', nowMs, main);
}

/** A run's name as a link to its page. */
export function linkRun({ uid, workflow }: Run): Markup {
  return html`<a href="run?uid=${encodeURIComponent(uid)}">${workflow === '' ? 'without a name' : workflow}</a>`;
}

function makeRuns(runs: readonly Run[], hasQueue: boolean, nowMs: number): Markup {
  if (runs.length === 0) {
    return html`<p>No call has come since this server started.</p>`;
  }
  const rows = runs.slice(0, mostRuns).map((run) => ({ run, counts: countRun(run, hasQueue, nowMs) }));
  const caption =
    runs.length > mostRuns
      ? `The ${mostRuns} that called last, of ${runs.length}`
      : 'The one that called last comes first';
  return makeTable(
    caption,
    [
      { title: 'Workflow', cell: ({ run }) => linkRun(run) },
      { title: 'State', cell: ({ counts: { open, failed } }) => stateOfRun(open, failed) },
      { title: 'Calls', cell: ({ run }) => run.calls.length },
      { title: 'Failed', cell: ({ counts }) => counts.failed },
      { title: 'Cached', cell: ({ counts }) => counts.cached },
      { title: 'First call', cell: ({ counts }) => makeTime(counts.beganMs) },
      {
        title: 'Until now or its last answer',
        cell: ({ counts: { beganMs, endedMs } }) => formatDuration(endedMs - beganMs),
      },
    ],
    rows,
  );
}

function stateOfRun(open: number, failed: number): Markup {
  if (open > 0) {
    return html`<b class="wait">${countOf(open, 'call')} open</b>`;
  }
  return failed > 0 ? html`<b class="bad">some failed</b>` : html`<b class="good">all answered</b>`;
}

function makeQueue(queue: readonly QueuedRun[], nowMs: number): Markup {
  const table =
    queue.length === 0
      ? html`<p>Nobody waits.</p>`
      : makeTable(
          queue.length > mostRuns
            ? `The ${mostRuns} longest lines, of ${queue.length}`
            : 'The longest line first',
          [
            { title: 'Workflow', cell: ({ run }) => linkRun(run) },
            { title: 'Calls in the queue', cell: ({ calls }) => calls },
            { title: 'Oldest came', cell: ({ oldestMs }) => html`${formatDuration(nowMs - oldestMs)} ago` },
          ],
          queue.slice(0, mostRuns),
        );
  return html`<section><h2>Queue by workflow</h2>${table}</section>`;
}
