import { describePendingTasks } from '../../common/task-set-size.js';
import { isFulfilled, type Node } from '../controller/node.js';
import type { PlayedFile } from '../walk/play-files.js';
import { outputsOf } from './make-report.js';

export interface Summary {
  readonly line: string;
  readonly warnings: readonly string[];
  readonly isGood: boolean;
}

/** One line for all files, what deserves a warning, and whether everything is as it should be. */
export function summarize(played: readonly PlayedFile[], elapsedMs: number): Summary {
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
    `${plugins.filter(isFulfilled).length} plugin nodes, ${posts} POSTs, ${Math.round(elapsedMs)} ms; ` +
    `at most ${Math.ceil(largest / 1000)} kB of plugin templates pending at one moment`;
  const large = walks.flatMap(({ file, walk: { pendingBytes } }) => {
    const meaning = describePendingTasks(pendingBytes);
    return meaning === undefined ? [] : [{ file, pendingBytes, meaning }];
  });
  return {
    line,
    warnings: [
      ...large.map(
        ({ file, pendingBytes, meaning }) =>
          `${file}: its pending plugin templates reached ${pendingBytes} bytes together; ${meaning}`,
      ),
      ...lacking.map(
        (node) => `${node.name}: its declared outputs ${missingOutputs(node).join(', ')} are missing`,
      ),
    ],
    isGood: count('Succeeded') === played.length && lacking.length === 0,
  };
}

/** The outputs that a succeeded plugin node should have by its template, and has not. */
function missingOutputs(node: Node): string[] {
  if (node.type !== 'Plugin' || node.phase !== 'Succeeded') {
    return [];
  }
  const present = outputsOf(node);
  const declared = node.template?.outputs.parameters ?? [];
  return declared.map(({ name }) => name).filter((name) => !Object.hasOwn(present, name));
}
