import type { PluginTemplate } from '../argo/parse-execute-template.js';
import { hexDigest } from '../common/hex-digest.js';

/** Longer texts go into the hash as they are: within a JSON text they would be written and read once more. */
const longText = 256;

/**
 * The key of a task: the same for the same template, also after a restart; different for any others. The arguments
 * count by their own texts, because numbers that JSON.parse makes equal are two tasks.
 */
export function taskKeyOf(template: PluginTemplate, node: string | undefined): string {
  const head: unknown[] = [template.workflow.uid, node ?? null, template.canonical];
  const long: string[] = [];
  for (const name of [...template.arguments.keys()].sort()) {
    const text = template.arguments.get(name)?.text ?? '';
    if (text.length < longText) {
      head.push(name, text);
    } else {
      head.push(name, text.length);
      long.push(text);
    }
  }
  // Joined once: with `+` the long texts would be copied twice.
  return hexDigest([JSON.stringify(head), ...long].join(''), keyDigits);
}

/** The request_id of an attempt at a task: 40 hex digits. */
export function requestIdOf(taskKey: string, attempt: number): string {
  return hexDigest(JSON.stringify([taskKey, attempt]), keyDigits);
}

const keyDigits = 40;
