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

/** `text` is JSON, in which a name stands escaped. No regular expression: whoever writes the workflow chooses the name. */
function mentions(text: string, input: string): boolean {
  const reference = `inputs.parameters.${JSON.stringify(input).slice(1, -1)}`;
  let at = text.indexOf(reference);
  while (at !== -1) {
    if (!/[\w-]/.test(text.charAt(at + reference.length))) {
      return true;
    }
    at = text.indexOf(reference, at + 1);
  }
  return false;
}
