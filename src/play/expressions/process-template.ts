import type { Arguments, Parameter, Template } from '../../workflow/workflow.js';
import { firstOf, type Lookup, substitute } from './replace-tags.js';

/**
 * A template with its inputs filled (argument, else default) and its tags replaced: first the workflow's and the
 * node's, then the inputs. Throws an Error with Argo's own text for an input that nobody supplied.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/common/util.go (ProcessArgs)
 */
export function processTemplate(
  template: Template,
  args: Arguments,
  globals: Lookup,
  local: Lookup,
): Template {
  const inputs = template.inputs.parameters?.map((input) => supplied(input, args));
  const filled: Template =
    inputs === undefined ? template : { ...template, inputs: { ...template.inputs, parameters: inputs } };
  return substituteTemplate(filled, firstOf(local, globals));
}

/** Replaces the tags of a template whose inputs are filled already; a retry does so again for its own variables. */
export function substituteTemplate(template: Template, known: Lookup): Template {
  const once = substitute(template, known);
  return substitute(once, firstOf(templateLookup(once), known));
}

function supplied(input: Parameter, args: Arguments): Parameter {
  const argument = args.parameters?.find(({ name }) => name === input.name);
  const value = argument?.value ?? input.default ?? input.value;
  if (value === undefined) {
    throw new Error(`inputs.parameters.${input.name} was not supplied`);
  }
  return { ...input, value };
}

function templateLookup(template: Template): Lookup {
  const parameters = template.inputs.parameters ?? [];
  const values = new Map(parameters.map(({ name, value = '' }) => [`inputs.parameters.${name}`, value]));
  for (const { name, valueFrom } of template.outputs.parameters ?? []) {
    if (valueFrom?.path) {
      values.set(`outputs.parameters.${name}.path`, valueFrom.path);
    }
  }
  return (tag) => (tag === 'inputs.parameters' ? JSON.stringify(parameters) : values.get(tag));
}
