import type { Node } from '../../play/controller/node.js';

/** What one run starts, and what it waits for on its longest way. */
interface Cost {
  readonly driverPods: number;
  readonly taskPods: number;
  readonly agentPods: number;
  /** Ends of pods, one after the other. */
  readonly podsInARow: number;
  /** Plugin nodes, one after the other. */
  readonly pluginsInARow: number;
}

export interface BeforeAndAfter {
  readonly before: Cost;
  readonly after: Cost;
}

/** How long a pod takes from its creation to its end: an assumption; nobody has published a figure. */
const podSeconds = 5;

/** DEFAULT_REQUEUE_TIME and ARGO_AGENT_PATCH_RATE, both: Argo's own and what docs/install.md asks for. */
const paces = [
  { seconds: 10, name: "Argo's own 10 s" },
  { seconds: 1, name: '1 s' },
];

/**
 * What the nodes of a converted workflow, played, cost with drivers as pods and as plugins. Conversion keeps every node,
 * so each plugin node is a driver pod of the workflow as it was; `podTemplates` are drivers that stayed pods.
 */
export function compare(nodes: readonly Node[], podTemplates: readonly string[]): BeforeAndAfter {
  const plugins = nodes.filter(isPlugin);
  const pods = nodes.filter(isPod);
  const driverPods = pods.filter(({ templateName }) => podTemplates.includes(templateName)).length;
  const taskPods = pods.length - driverPods;
  const before = longestWay(nodes, { pod: 1, plugin: 1 });
  const after = longestWay(nodes, { pod: cyclesOfPod, plugin: cyclesOfPlugin });
  return {
    before: {
      driverPods: plugins.length + driverPods,
      taskPods,
      agentPods: 0,
      podsInARow: before.pods + before.plugins,
      pluginsInARow: 0,
    },
    after: {
      driverPods,
      taskPods,
      agentPods: plugins.length > 0 ? 1 : 0,
      podsInARow: after.pods,
      pluginsInARow: after.plugins,
    },
  };
}

// Argo looks at a workflow once per DEFAULT_REQUEUE_TIME, and reads what the agent says only when it has looked at the
// DAG: https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go
const cyclesOfPod = 1;
const cyclesOfPlugin = 2;

/** Two columns of pods, and controller cycles as the estimate that they are. */
export function describeBeforeAndAfter(name: string, { before, after }: BeforeAndAfter): string {
  const row = (title: string, of: (cost: Cost) => string | number): string =>
    `  ${title.padEnd(28)}${String(of(before)).padStart(8)}${String(of(after)).padStart(8)}`;
  return [
    `${name}: one run of it, as KFP writes it and converted`,
    row('', (cost) => (cost === before ? 'before' : 'after')),
    row('driver pods', ({ driverPods }) => driverPods),
    row('task pods', ({ taskPods }) => taskPods),
    row('agent pods', ({ agentPods }) => agentPods),
    row('pods together', ({ driverPods, taskPods, agentPods }) => driverPods + taskPods + agentPods),
    row('controller cycles (estimate)', cyclesOf),
    row("agent's patches (estimate)", ({ pluginsInARow }) => pluginsInARow),
    '  Estimate: each cycle takes at most DEFAULT_REQUEUE_TIME, each patch at most ARGO_AGENT_PATCH_RATE; a pod that ends',
    '  costs one cycle, a plugin node two and one patch. Nothing of this was measured here.',
    ...paces.map((pace) => describePace(pace, before, after)),
    '',
  ].join('\n');
}

function describePace({ seconds, name }: (typeof paces)[number], before: Cost, after: Cost): string {
  const [slow, fast] = [before, after].map((cost) => secondsOf(cost, seconds)) as [number, number];
  const verdict = fast > slow ? 'slower' : 'faster';
  return `  With ${name} for both and pods of ${podSeconds} s: about ${slow} s before, at most ${fast} s after: ${verdict}.`;
}

function cyclesOf({ podsInARow, pluginsInARow }: Cost): number {
  return podsInARow * cyclesOfPod + pluginsInARow * cyclesOfPlugin;
}

/** A pod's own seconds go by within a cycle that is longer; else the cycle begins with its end. */
function secondsOf({ podsInARow, pluginsInARow }: Cost, pace: number): number {
  const pod = pace > podSeconds ? pace : podSeconds + pace;
  return podsInARow * pod + pluginsInARow * (cyclesOfPlugin + 1) * pace;
}

interface Way {
  readonly pods: number;
  readonly plugins: number;
}

/** The pods and plugin nodes on the longest way from node to node, by these lengths. */
function longestWay(nodes: readonly Node[], length: { readonly pod: number; readonly plugin: number }): Way {
  const known = new Map<Node, Way>();
  const measure = ({ pods, plugins }: Way): number => pods * length.pod + plugins * length.plugin;
  const longest = (ways: readonly Way[]): Way =>
    ways.reduce((best, way) => (measure(way) > measure(best) ? way : best), { pods: 0, plugins: 0 });
  const wayFrom = (node: Node): Way => {
    const found = known.get(node);
    if (found !== undefined) {
      return found;
    }
    const rest = longest(node.children.map(wayFrom));
    const way = {
      pods: rest.pods + (isPod(node) ? 1 : 0),
      plugins: rest.plugins + (isPlugin(node) ? 1 : 0),
    };
    known.set(node, way);
    return way;
  };
  return longest(nodes.map(wayFrom));
}

function isPod({ type, phase }: Node): boolean {
  return type === 'Pod' && phase !== 'Omitted' && phase !== 'Skipped';
}

function isPlugin({ type, attempts }: Node): boolean {
  return type === 'Plugin' && attempts > 0;
}
