import type { TemplateCall } from '../../workflow/workflow.js';
import { evaluateWhen } from './evaluate-when.js';
import { shouldExpand } from './expand-items.js';
import { type Lookup, substitute } from './replace-tags.js';

/**
 * A task or step with the outputs of those before it in the place of its references; its hooks wait until it has
 * ended. Throws MissingVariable, or an Error with Argo's own text, also for a condition that cannot be read.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/dag.go (resolveDependencyReferences)
 */
export function resolveReferences<T extends TemplateCall>(call: T, known: Lookup): T {
  const { hooks, ...body } = call;
  const replaced = substitute(body, known, ['tasks.', 'steps.']);
  // Nothing but the hooks was taken off.
  const resolved: T = { ...(replaced as T), ...(hooks === undefined ? {} : { hooks }) };
  if (!shouldExpand(resolved)) {
    evaluateWhen(resolved.when);
  }
  return resolved;
}
