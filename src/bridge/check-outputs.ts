import { isPlain, isQuotable, toQuotableJson } from '../argo/quotable.js';
import type { Parameter } from '../argo/reply.js';

/** Names that Kubernetes would refuse: https://github.com/argoproj/argo-workflows/blob/v4.1.2/manifests/base/crds/full */
const outputName = /^[-a-zA-Z0-9_]+$/;

/** The output that is JSON text, which has more than one way to write a character. */
const jsonOutput = 'pod-spec-patch';

/** Outputs as Argo can take and substitute them, or one sentence that says which one it cannot. */
export function checkOutputs(
  parameters: readonly Parameter[],
): { readonly parameters: readonly Parameter[] } | { readonly fault: string } {
  const badName = parameters.find(({ name }) => !outputName.test(name));
  if (badName !== undefined) {
    return {
      fault: `the driver returned an output named ${JSON.stringify(badName.name)}: Kubernetes takes letters, digits, - and _ only`,
    };
  }
  // Nearly always all are, and then they are looked through once.
  if (parameters.every(({ value }) => isPlain(value))) {
    return { parameters };
  }
  const written = parameters.map(toQuotable);
  const badValue = written.find(({ value }) => !isQuotable(value));
  if (badValue !== undefined) {
    return {
      fault:
        `the driver's output "${badValue.name}" has a control character, or one beyond U+FFFF that not every Argo ` +
        'can substitute into other templates',
    };
  }
  return { parameters: written };
}

function toQuotable(parameter: Parameter): Parameter {
  const { name, value } = parameter;
  if (name !== jsonOutput || !mayNeedEscapes.test(value) || !isJson(value)) {
    return parameter;
  }
  return { ...parameter, value: toQuotableJson(value) };
}

const mayNeedEscapes = /[\u007f\ud800-\udfff]/;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
