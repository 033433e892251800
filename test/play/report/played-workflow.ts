import { createNodeTree } from '../../../src/play/controller/node-tree.js';
import type { PlayedFile, PlayListener } from '../../../src/play/walk/play-files.js';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js';

/** Two drivers, the second in a DAG of its own with a name and a message that would harm a terminal or a page. */
export const hostileName = 'broken\x1b[2J name';
export const hostileMessage = 'it said no \x1b[31m';
/** What the second driver was given. */
export const hostileArgument =
  '</pre><script>alert("1")</script><img src=x onerror=\'alert(2)\'>\u0000\u202e&amp;';

/** Tells a listener of a workflow's nodes as a walk does; `onStep` is called after every change. */
export async function playedWorkflow(
  listener: PlayListener,
  clock: FakeClock = createFakeClock(),
  onStep: () => void = () => {},
): Promise<PlayedFile> {
  const file = 'a.yaml';
  const nodes = createNodeTree('wf', clock, (node) => listener.onNode(file, 'wf', node));
  const advance = async (ms: number) => {
    await clock.advance(ms);
    onStep();
  };
  const add = (name: string, type: 'DAG' | 'Plugin' | 'Pod', boundary?: ReturnType<typeof nodes.add>) =>
    nodes.add({
      name,
      type,
      templateName: 'template',
      boundary,
      phase: type === 'Plugin' ? 'Pending' : 'Running',
    });
  const template = { name: 'template', inputs: {}, outputs: {}, metadata: {} };
  const entry = add('wf', 'DAG');
  const ask = add('wf.ask', 'Plugin', entry);
  ask.attempts = 1;
  ask.template = { ...template, plugin: { 'driver-plugin': { args: { type: 'CONTAINER', number: 5 } } } };
  await advance(31);
  ask.outputs = {
    parameters: [
      { name: 'execution-id', value: '12' },
      { name: 'iteration-count', value: '3' },
      { name: 'condition', value: 'nil' },
      { name: 'cached-decision', value: 'false' },
      { name: 'pod-spec-patch', value: 'é'.repeat(1_050) },
    ],
  };
  nodes.mark(ask, 'Succeeded', 'CONTAINER driver done as execution 12');
  const root = add('wf.root', 'DAG', entry);
  const broken = add(`wf.root.${hostileName}`, 'Plugin', root);
  broken.attempts = 1;
  broken.template = { ...template, plugin: { 'driver-plugin': { args: { component: hostileArgument } } } };
  await advance(1_500);
  nodes.mark(broken, 'Failed', hostileMessage);
  const pod = add('wf.root.pod', 'Pod', root);
  pod.template = { ...template, podSpecPatch: '{"a":1}' };
  nodes.mark(pod, 'Succeeded');
  nodes.mark(root, 'Failed');
  await advance(69);
  nodes.mark(entry, 'Failed');
  const played: PlayedFile = {
    file,
    workflowName: 'wf',
    walk: {
      phase: 'Failed',
      message: 'it said no',
      nodes: [...nodes.all()],
      posts: 2,
      pendingBytes: 0,
      durationMs: 1_600,
    },
  };
  listener.onPlayed(played);
  return played;
}
