import { isJsonObject } from '../../common/json.js';
import { html, type Markup } from '../../common/markup.js';
import { countOf, formatDuration } from '../../common/units.js';
import type { Node } from '../controller/node.js';
import { describeOutputs } from './describe-outputs.js';
import { durationMs, outputsOf } from './make-report.js';

/** One node, closed until it is asked for: its arguments and its outputs, verbatim. */
export function makeNodeDetails(node: Node, fragment: string): Markup {
  const words = describeOutputs(node).join(', ');
  const facts = [
    node.type,
    ...(node.templateName === '' ? [] : [`template ${node.templateName}`]),
    ...(node.attempts === 0 ? [] : [countOf(node.attempts, 'POST')]),
  ];
  return html`
<details><summary><b>${node.displayName}</b><span class="phase ${phaseClass(node)}">${node.phase}</span>
<span class="soft">${formatDuration(durationMs(node))}${words === '' ? '' : ` · ${words}`}</span></summary>
<div id="${fragment}"><p class="soft">${facts.join(' · ')}</p><p class="soft">${node.name}</p>
${node.message === '' ? undefined : html`<p>${node.message}</p>`}
${makeValues('Arguments', argumentsOf(node))}${makeValues('Outputs', Object.entries(outputsOf(node)))}</div></details>`;
}

/** The class that colours a phase: a phase that Argo does not know gets none. */
export function phaseClass({ phase }: { readonly phase: string }): string {
  return /^[A-Z][a-z]+$/.test(phase) ? phase : '';
}

function makeValues(title: string, values: readonly (readonly [string, string])[]): Markup {
  if (values.length === 0) {
    return html``;
  }
  const rows = values.map(
    ([name, value]) => html`
<dt>${name}</dt><dd><pre tabindex="0">${value === '' ? '""' : value}</pre></dd>`,
  );
  return html`<h3>${title}</h3><dl>${rows}</dl>`;
}

/** What the plugin was given; for other nodes the inputs of their template. */
function argumentsOf({ template }: Node): [string, string][] {
  if (template?.plugin !== undefined) {
    return Object.values(template.plugin)
      .map((plugin) => (isJsonObject(plugin) ? plugin['args'] : undefined))
      .flatMap((args) => (isJsonObject(args) ? Object.entries(args) : []))
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  }
  return (template?.inputs.parameters ?? []).map(({ name, value = '' }) => [name, value]);
}
