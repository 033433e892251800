import { isFulfilled, type Node } from '../controller/node.js';
import type { PlayedFile } from '../walk/play-files.js';

/** Argo's task set hangs without a word where its object exceeds 1.5 MB; this leaves room for the results. */
const safePendingBytes = 1_400_000;

/** The document of `--json`. `ms` counts from a node's creation to its end. */
export interface Report {
  readonly workflows: readonly {
    readonly file: string;
    readonly phase: string;
    readonly nodes: readonly ReportNode[];
  }[];
}

export interface ReportNode {
  readonly name: string;
  readonly type: string;
  readonly template: string;
  readonly phase: string;
  readonly message: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly attempts: number;
  readonly ms: number;
}

export function makeReport(played: readonly PlayedFile[]): Report {
  return {
    workflows: played.map((one) => {
      if ('refusal' in one) {
        return { file: one.file, phase: 'Error', nodes: [] };
      }
      const { file, workflowName, walk } = one;
      return { file, phase: walk.phase, nodes: walk.nodes.map((node) => reportNode(node, workflowName)) };
    }),
  };
}

function reportNode(node: Node, workflowName: string): ReportNode {
  return {
    name: node.name.slice(workflowName.length),
    type: node.type,
    template: node.templateName,
    phase: node.phase,
    message: node.message,
    outputs: outputsOf(node),
    attempts: node.attempts,
    ms: durationMs(node),
  };
}

export function outputsOf({ outputs }: Node): Record<string, string> {
  const parameters = (outputs?.parameters ?? []).flatMap(({ name, value }): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    ...(outputs?.result === undefined ? {} : { result: outputs.result }),
    ...Object.fromEntries(parameters),
  };
}

export function durationMs(node: Node): number {
  return Math.round((node.finishedAtMs ?? node.startedAtMs) - node.startedAtMs);
}

/** The outputs that a succeeded plugin node should have by its template, and has not. */
export function missingOutputs(node: Node): string[] {
  if (node.type !== 'Plugin' || node.phase !== 'Succeeded') {
    return [];
  }
  const present = outputsOf(node);
  const declared = node.template?.outputs.parameters ?? [];
  return declared.map(({ name }) => name).filter((name) => !Object.hasOwn(present, name));
}

export interface Summary {
  readonly line: string;
  readonly warnings: readonly string[];
  readonly isGood: boolean;
}

/** One line for all files, what deserves a warning, and whether everything is as it should be. */
export function summarize(played: readonly PlayedFile[], durationMs: number): Summary {
  const walks = played.flatMap((one) => ('walk' in one ? [one] : []));
  const phases = played.map((one) => ('walk' in one ? one.walk.phase : 'Error'));
  const count = (phase: string) => phases.filter((one) => one === phase).length;
  const nodes = walks.flatMap(({ walk }) => walk.nodes);
  const plugins = nodes.filter(({ type }) => type === 'Plugin');
  const posts = walks.reduce((sum, { walk }) => sum + walk.posts, 0);
  const largest = Math.max(0, ...walks.map(({ walk }) => walk.pendingBytes));
  const lacking = plugins.filter((node) => missingOutputs(node).length > 0);
  const line =
    `${played.length} ${played.length === 1 ? 'workflow' : 'workflows'}: ${count('Succeeded')} Succeeded, ${count('Failed')} Failed, ${count('Error')} Error; ` +
    `${plugins.filter(isFulfilled).length} plugin nodes, ${posts} POSTs, ${Math.round(durationMs)} ms; ` +
    `at most ${Math.ceil(largest / 1000)} kB of plugin templates pending at one moment`;
  const tooLarge = walks.filter(({ walk }) => walk.pendingBytes > safePendingBytes);
  return {
    line,
    warnings: [
      ...tooLarge.map(
        ({ file, walk }) =>
          `${file}: its pending plugin templates reached ${walk.pendingBytes} bytes together; ` +
          'Argo keeps them in one object and hangs without a word above 1.5 MB',
      ),
      ...lacking.map(
        (node) => `${node.name}: its declared outputs ${missingOutputs(node).join(', ')} are missing`,
      ),
    ],
    isGood: count('Succeeded') === played.length && lacking.length === 0,
  };
}
