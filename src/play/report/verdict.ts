import { countOf, formatDuration } from '../../common/units.js';
import type { PlayedFile } from '../walk/play-files.js';

/** How the play of one file ended, in one line. */
export function describeVerdict(played: PlayedFile): string {
  if ('refusal' in played) {
    return `${played.file} cannot be played: ${played.refusal}`;
  }
  const { phase, message, posts, durationMs } = played.walk;
  const parts = [played.workflowName, phase, countOf(posts, 'POST'), formatDuration(durationMs)];
  return [...parts, ...(message === '' ? [] : [message])].join('  ');
}
