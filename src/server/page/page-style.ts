import { baseStyle } from '../../common/base-style.js';

/** The page's only style sheet. */
export const pageStyle = `${baseStyle}
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; }
.good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); }
td, th, dd { unicode-bidi: isolate; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .5rem; margin: 1rem 0; }
dl div { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; }
dt { font-size: .8125rem; color: var(--soft); }
dd { margin: 0; }
table { width: 100%; border-collapse: collapse; margin: .5rem 0; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); }
thead th { font-weight: 400; font-size: .8125rem; color: var(--soft); border-top: 0; }
thead th, time, .short { white-space: nowrap; overflow-wrap: normal; }
tbody th { font-weight: 600; min-width: 8rem; }
tr:target { background: var(--panel); outline: 2px solid var(--plugin); }
.id { font: .8125rem ui-monospace, monospace; }
.timeline rect { stroke-width: 1; }
.timeline .bar-rest { fill: var(--group); stroke: var(--group); }
.timeline .bar-failed { fill: none; stroke: var(--bad); stroke-width: 2; }
.bar-queue { fill: var(--wait); stroke: var(--wait); background: var(--wait); }
.bar-program { fill: var(--plugin); stroke: var(--plugin); background: var(--plugin); }
.bar-ledger { fill: var(--pod); stroke: var(--pod); background: var(--pod); }
.legend .bar-rest { background: var(--group); }
.legend .bar-failed { border: 2px solid var(--bad); }
@media (max-width: 48rem) {
  table, caption, tbody, tr, tbody th, td { display: block; }
  thead { position: absolute; left: -999rem; }
  tbody tr { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .5rem .75rem; }
  tbody th, td { border: 0; padding: .1rem 0; }
  td { display: flex; gap: .75rem; }
  td::before { content: attr(data-title); flex: 0 0 6.5rem; color: var(--soft); }
}
`;
