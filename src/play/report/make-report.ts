import type { Node } from '../controller/node.js';
import type { PlayedFile } from '../walk/play-files.js';

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
