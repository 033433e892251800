/**
 * What the pages of this project share of their style: dark and light by the reader's own setting, legible from a phone's
 * width on, and bars over time.
 */
export const baseStyle = `
:root {
  color-scheme: light dark;
  --back: #ffffff; --text: #1c2128; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa; --link: #0550ae;
  --good: #1a7f37; --bad: #c01c28; --wait: #8a5a00; --plugin: #0969da; --group: #8c959f; --pod: #1b7c83;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0d1117; --text: #e6edf3; --soft: #9aa4b0; --line: #30363d; --panel: #161b22; --link: #79b8ff;
    --good: #4ac26b; --bad: #ff7b72; --wait: #e3b341; --plugin: #58a6ff; --group: #6e7681; --pod: #39c5cf;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 70rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; }
p { margin: .25rem 0; }
a { color: var(--link); }
a, b, span, text { unicode-bidi: isolate; }
:focus-visible { outline: 3px solid var(--plugin); outline-offset: 2px; }
.soft { color: var(--soft); }
.phase { font-weight: 600; white-space: nowrap; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0; font-size: .875rem; color: var(--soft); }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .4em; }
.timeline { display: block; width: 100%; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; }
.timeline text { font: .8125rem system-ui, sans-serif; fill: var(--text); }
.timeline .tick, .timeline tspan { fill: var(--soft); font-size: .75rem; }
.timeline line { stroke: var(--line); }
.timeline a:hover text, .timeline a:focus-visible text { text-decoration: underline; }
`;
