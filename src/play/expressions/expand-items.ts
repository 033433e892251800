import { errorText } from '../../common/error-text.js';
import type { TemplateCall } from '../../workflow/workflow.js';
import { evaluateWhen } from './evaluate-when.js';
import { describeItem, type Item, itemVariables, parseItems } from './loop-items.js';
import { firstOf, type Lookup, MissingVariable, substitute } from './replace-tags.js';
import { sequenceItems } from './sequence-items.js';

export function shouldExpand(call: TemplateCall): boolean {
  return (call.withItems?.length ?? 0) > 0 || Boolean(call.withParam) || call.withSequence !== undefined;
}

/**
 * One call for each item of `withItems`, `withParam` or `withSequence`, named `call(0:item)`; the call itself where
 * there is none of them. Throws an Error with Argo's own text.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/dag.go (expandTask)
 */
export function expandItems<T extends TemplateCall>(call: T, lookup: Lookup): T[] {
  if (!shouldExpand(call)) {
    return [call];
  }
  const { withItems, withParam, withSequence, hooks, ...single } = call;
  const replace = mayRun(call.when) ? substituteAll : substitute;
  return itemsOf(call).map((item, index) => {
    const variables = itemVariables(item);
    const known = firstOf((tag) => variables.get(tag), lookup);
    const expanded = {
      ...replace(single, known),
      ...(hooks === undefined ? {} : { hooks: substitute(hooks, known) }),
    };
    const text = describeItem(item).replaceAll(/[()]/g, '');
    // The rest of T is untouched: only the three ways to list items were taken off.
    return { ...(expanded as T), name: `${call.name}(${index}:${text})`, template: call.template };
  });
}

function itemsOf({ withItems = [], withParam, withSequence, when }: TemplateCall): readonly Item[] {
  if (withItems.length > 0) {
    return withItems.map((item) => JSON.stringify(item));
  }
  try {
    return withParam ? listedItems(withParam) : sequenceItems(withSequence ?? {});
  } catch (error) {
    if (mayRun(when)) {
      throw error;
    }
    return [];
  }
}

function listedItems(withParam: string): Item[] {
  try {
    return parseItems(withParam);
  } catch (error) {
    const text = withParam.trim();
    throw new Error(`withParam value could not be parsed as a JSON list: ${text}: ${errorText(error)}`);
  }
}

/** A condition that still names the item cannot be read yet. */
function mayRun(when: string | undefined): boolean {
  try {
    return evaluateWhen(when);
  } catch {
    return true;
  }
}

/** By now no reference can be resolved later: one that is unknown is an error, not a reason to wait. */
function substituteAll<T>(value: T, known: Lookup): T {
  try {
    return substitute(value, known, ['']);
  } catch (error) {
    throw error instanceof MissingVariable ? new Error(error.message) : error;
  }
}
