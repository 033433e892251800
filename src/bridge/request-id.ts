import { createHash } from 'node:crypto';

/** The request_id of an attempt at a task: 40 hex digits. */
export function requestIdOf(taskKey: string, attempt: number): string {
  return digestOfParts([taskKey, attempt]);
}

/** The same for the same parts, also after a restart; different for any others. */
export function digestOfParts(parts: readonly (string | number | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);
}
