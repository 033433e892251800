import type { PluginAnswer, PostTemplate } from '../../src/play/agent/plugin-client.js';
import { readWorkflow } from '../../src/play/prepare/read-workflow.js';
import { type Walk, walkWorkflow } from '../../src/play/walk/walk-workflow.js';
import { instantClock } from './instant-clock.js';

const metadata = {
  name: 'wf',
  namespace: 'ns',
  uid: 'f8a3c0de-0000-4000-8000-000000000001',
  creationTimestamp: '2026-01-31T12:05:09Z',
};

/** The template that the small workflows call: it hands its input to the plugin and returns one output. */
const askTemplate = `
  - name: ask
    inputs: {parameters: [{name: a, default: none}]}
    outputs: {parameters: [{name: out, valueFrom: {default: declared}}]}
    plugin: {driver-plugin: {args: {a: '{{inputs.parameters.a}}'}}}
  - name: pod
    container: {image: alpine}
`;

/** What the plugin is asked: the argument `a`, and how often it was asked with this very body before. */
export interface Question {
  readonly a: string;
  readonly repeat: number;
  readonly body: string;
}

export interface SmallWalk {
  readonly walk: Walk;
  readonly phase: string;
  readonly message: string;
  /** "Type Phase message" by the node's name without the workflow's own. */
  readonly nodes: Readonly<Record<string, string>>;
  /** The arguments `a` in the order in which they were POSTed. */
  readonly asked: readonly string[];
  readonly bodies: readonly string[];
}

export const succeeded = (out: string, message = 'fine') =>
  reply({ node: { phase: 'Succeeded', message, outputs: { parameters: [{ name: 'out', value: out }] } } });

export const failed = (message = 'refused') => reply({ node: { phase: 'Failed', message } });

export function reply(value: unknown): PluginAnswer {
  return { httpStatus: 200, httpStatusText: 'OK', text: JSON.stringify(value) };
}

/** Echoes `a` as the output `out`; fails where `a` begins with "bad", with Error where it begins with "err". */
export function echo({ a }: Question): PluginAnswer {
  if (a.startsWith('err')) {
    return reply({ node: { phase: 'Error', message: 'broken' } });
  }
  return a.startsWith('bad') ? failed() : succeeded(a);
}

/** A workflow whose templates are `ask`, `pod` and these; its entrypoint is the template `main`. */
export function smallWorkflow(templates: string, spec = ''): string {
  return `kind: Workflow\nspec:\n  entrypoint: main\n${spec}\n  templates:${askTemplate}${templates}`;
}

/** Walks a workflow with waits that cost nothing against a plugin that is a function. */
export async function walkText(
  text: string,
  react: (question: Question) => PluginAnswer = echo,
): Promise<SmallWalk> {
  const bodies: string[] = [];
  const asked: string[] = [];
  const post: PostTemplate = async (body) => {
    const repeat = bodies.filter((one) => one === body).length;
    const a = String(JSON.parse(body).template.plugin['driver-plugin'].args?.a);
    bodies.push(body);
    asked.push(a);
    await new Promise((resolve) => setImmediate(resolve));
    return react({ a, repeat, body });
  };
  const walk = await walkWorkflow(
    readWorkflow(text, () => metadata),
    { post, clock: instantClock() },
  );
  const nodes = walk.nodes.map(({ name, type, phase, message }) => [
    name.slice(metadata.name.length),
    `${type} ${phase} ${message}`.trim(),
  ]);
  return { walk, phase: walk.phase, message: walk.message, nodes: Object.fromEntries(nodes), asked, bodies };
}
