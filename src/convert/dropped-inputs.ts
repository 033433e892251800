import type { JsonObject } from '../common/json.js';
import { omit } from './map-json.js';

/** Names of the inputs that the driver used and the plugin does not. */
export function droppedInputs(
  driver: JsonObject,
  plugin: JsonObject,
  names: readonly string[],
): readonly string[] {
  const before = JSON.stringify(omit(driver, ['inputs']));
  const after = JSON.stringify(omit(plugin, ['inputs']));
  if (after.includes('{{=')) {
    // An expression may name an input in ways that no search finds.
    return [];
  }
  return names.filter((name) => mentions(before, name) && !mentions(after, name));
}

function mentions(text: string, input: string): boolean {
  const escaped = input.replaceAll(/[^\w-]/g, '\\$&');
  return new RegExp(`inputs\\.parameters\\.${escaped}(?![\\w-])`).test(text);
}
