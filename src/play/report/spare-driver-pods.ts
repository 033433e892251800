import { countOf } from '../../common/units.js';
import type { PlayedFile } from '../walk/play-files.js';

/** How many driver pods the run did without: one for each plugin node that was POSTed. */
export function countSparedPods(played: readonly PlayedFile[]): number {
  const nodes = played.flatMap((one) => ('walk' in one ? one.walk.nodes : []));
  return nodes.filter(({ type, attempts }) => type === 'Plugin' && attempts > 0).length;
}

/** The same as a sentence. */
export function spareDriverPods(played: readonly PlayedFile[]): string {
  const count = countSparedPods(played);
  return `${countOf(count, 'driver pod')} ${count === 1 ? 'was' : 'were'} not needed.`;
}
