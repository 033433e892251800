import type { Outputs, Parameter, Template } from '../../workflow/workflow.js';
import type { Lookup } from '../expressions/replace-tags.js';
import type { Operation } from './operation.js';

/**
 * What a finished DAG or steps template returns from its tasks. Throws an Error with Argo's own text.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (getTemplateOutputsFromScope)
 */
export function templateOutputs(template: Template, scope: Lookup): Outputs | undefined {
  const declared = template.outputs.parameters ?? [];
  if (declared.length === 0) {
    return undefined;
  }
  return {
    parameters: declared.map((parameter) => {
      const { name, globalName } = parameter;
      const value = resolved(parameter, scope);
      return globalName === undefined ? { name, value } : { name, value, globalName };
    }),
  };
}

function resolved({ valueFrom }: Parameter, scope: Lookup): string {
  if (valueFrom === undefined) {
    throw new Error('output parameters must have a valueFrom specified');
  }
  if (!valueFrom.parameter) {
    return '';
  }
  const tag = valueFrom.parameter.replace(/^\{\{/, '').replace(/\}\}$/, '').trim();
  const value = scope(tag) ?? valueFrom.default;
  if (value === undefined) {
    throw new Error(`Unable to resolve: ${JSON.stringify(tag)}`);
  }
  return value;
}

/** Outputs with a globalName become `{{workflow.outputs.parameters.*}}`. */
export function exportGlobals(operation: Operation, outputs: Outputs | undefined): void {
  for (const { globalName, value } of outputs?.parameters ?? []) {
    if (globalName && value !== undefined) {
      operation.globals.set(`workflow.outputs.parameters.${globalName}`, value);
    }
  }
}
