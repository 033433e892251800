import { html, type Markup } from '../../common/markup.js';
import { countOf, formatDuration } from '../../common/units.js';
import type { PlayedFile } from '../walk/play-files.js';
import { makeNodeDetails, phaseClass } from './make-node-details.js';
import { makeTimeline } from './make-timeline.js';
import { pageStyle } from './page-style.js';
import { spareDriverPods } from './spare-driver-pods.js';
import { treeRows } from './tree-rows.js';

/**
 * The run as one self-contained page: a timeline for each workflow, and each node's arguments and outputs. It has no
 * script, and its policy forbids any, in case a value should ever get past the escaping.
 */
export function makePage(played: readonly PlayedFile[]): string {
  const { html: page } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${countOf(played.length, 'workflow')} played by driver-plugin</title>
<style>${{ html: pageStyle }}</style>
</head>
<body>
<header><h1>${countOf(played.length, 'workflow')} played by driver-plugin</h1>
<p class="spared"><strong>${spareDriverPods(played)}</strong></p>
<p class="soft">Pods were not run. Each bar is a link to its node below; this page has all arguments and outputs.</p>
<p class="legend">${legend.map(([name, text]) => html`<span><i class="${name}"></i>${text}</span>`)}</p></header>
<main>${played.map(makeWorkflow)}
</main>
</body>
</html>
`;
  return page;
}

const legend = [
  ['bar-plugin', 'driver, by the plugin'],
  ['bar-group', 'DAG, steps, retries'],
  ['bar-other', 'pod (not run), skipped'],
  ['bar-bad', 'Failed or Error'],
] as const;

function makeWorkflow(played: PlayedFile, index: number): Markup {
  if ('refusal' in played) {
    return html`
<section><h2>${played.file}</h2><p class="Error">It cannot be played: ${played.refusal}</p></section>`;
  }
  const { file, workflowName, walk } = played;
  const rows = treeRows(walk.nodes).map(({ node, prefix }, row) => ({
    node,
    depth: prefix.length / 3,
    fragment: `w${index}-n${row}`,
  }));
  return html`
<section><h2>${workflowName}</h2>
<p><span class="phase ${phaseClass(walk)}">${walk.phase}</span>
<span class="soft">${formatDuration(walk.durationMs)} · ${countOf(walk.posts, 'POST')} · ${file}</span></p>
${walk.message === '' ? undefined : html`<p>${walk.message}</p>`}
${makeTimeline(`Timeline of ${workflowName}`, rows)}
<h3>Nodes</h3>${rows.map(({ node, fragment }) => makeNodeDetails(node, fragment))}</section>`;
}
