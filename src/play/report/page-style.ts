import { baseStyle } from '../../common/base-style.js';

/** The page's only style sheet: dark and light by the reader's own setting, legible from a phone's width on. */
export const pageStyle = `${baseStyle}
h3 { font-size: .9rem; margin: 1rem 0 .25rem; color: var(--soft); }
.spared { font-size: 1.1rem; margin: .75rem 0; }
.Succeeded { color: var(--good); } .Failed, .Error { color: var(--bad); } .Pending, .Running { color: var(--wait); }
.timeline rect { stroke-width: 1; }
.bar-plugin { fill: var(--plugin); stroke: var(--plugin); background: var(--plugin); }
.bar-group { fill: var(--group); stroke: var(--group); background: var(--group); }
.bar-other { fill: var(--pod); stroke: var(--pod); background: var(--pod); }
.bar-bad { fill: var(--bad); stroke: var(--bad); background: var(--bad); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; }
summary { cursor: pointer; padding: .5rem .75rem; }
summary:hover { background: var(--panel); }
summary b { margin-right: .5rem; }
details > div { padding: 0 .75rem .75rem; scroll-margin-top: 4rem; }
details:has(:target) { border-color: var(--plugin); }
dl { margin: 0; }
dt { font: .8125rem ui-monospace, monospace; margin-top: .5rem; color: var(--soft); }
dd { margin: 0; }
pre { margin: 0; padding: .4rem .6rem; max-height: 16rem; overflow: auto; background: var(--panel); border-radius: 4px;
  font: .8125rem/1.45 ui-monospace, monospace; white-space: pre-wrap; }
@media print { details { break-inside: avoid; } pre { max-height: none; } }
`;
