import { html, type Markup } from '../../common/markup.js';
import { countOf, formatBytes } from '../../common/units.js';
import type { ServerView } from './server-view.js';

type Fact = readonly [name: string, value: Markup | string];

/** What the server is and how it does, in a few words each. */
export function makeServerFacts(server: ServerView): Markup {
  const { version, engine, driverVersion, namespace, state, ledger } = server;
  const facts: readonly Fact[] = [
    ['Takes calls', server.unready === undefined ? good('yes') : bad(`no: ${server.unready}`)],
    ...loadFacts(server),
    ...leaseFacts(server),
    [
      'Calls without a status',
      `${countOf(state.openCalls, 'call')} on ${countOf(state.connections, 'connection')}`,
    ],
    [
      'Ledger',
      `${ledger.place}; in memory ${countOf(ledger.entries, 'answer')}, ${formatBytes(ledger.bytes)}`,
    ],
    [
      'Version',
      `${version}, engine ${engine}${driverVersion === undefined ? '' : `, KFP's driver ${driverVersion}`}`,
    ],
    ['Namespace', namespace],
  ];
  return html`<dl>${facts.map(
    ([name, value]) => html`
<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}
</dl>`;
}

function loadFacts({ load, outage }: ServerView): readonly Fact[] {
  if (load === undefined) {
    return outage === undefined ? [] : [['Engine', bad(outage)]];
  }
  const { programs, maxPrograms, queuedCalls, maxQueuedCalls, queuedBytes, maxQueuedBytes, metadataUp } =
    load;
  const isFull = queuedCalls >= maxQueuedCalls || queuedBytes >= maxQueuedBytes;
  const queue = `${queuedCalls} of ${countOf(maxQueuedCalls, 'call')}, ${formatBytes(queuedBytes)} of ${formatBytes(maxQueuedBytes)}`;
  return [
    [
      'ML Metadata',
      metadataUp === undefined ? 'not asked' : metadataUp ? good('answers') : bad(outage ?? 'is away'),
    ],
    ['Driver programs', `${programs} of ${maxPrograms} run`],
    ['Queue', isFull ? bad(`full: ${queue}`) : queue],
  ];
}

function leaseFacts({ lease }: ServerView): readonly Fact[] {
  if (lease === undefined) {
    return [];
  }
  const { name, identity, state, holder, transitions, lost, failure } = lease;
  const held =
    state === 'holding' ? good('held by this server') : wait(`${state}; held by ${holder ?? 'nobody'}`);
  const changes = `changed hands ${countOf(transitions, 'time')}, lost here ${countOf(lost, 'time')}`;
  const trouble = failure === undefined ? undefined : html`<br>${bad(failure)}`;
  return [
    [`Lease ${name}`, html`${held}<br><span class="soft">this is ${identity}; ${changes}</span>${trouble}`],
  ];
}

function good(text: string): Markup {
  return html`<b class="good">${text}</b>`;
}

function bad(text: string): Markup {
  return html`<b class="bad">${text}</b>`;
}

function wait(text: string): Markup {
  return html`<b class="wait">${text}</b>`;
}
