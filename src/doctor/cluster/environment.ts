import type { JsonObject } from '../../common/json.js';
import { at, objectsAt, textAt } from '../kubernetes/read-object.js';

/** Where the value of a container's environment variable comes from. */
export type EnvironmentValue =
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'key' } & KeyReference)
  /** A field of the pod, or a source that is not known. */
  | { readonly kind: 'elsewhere' };

/** A key of a Secret or a ConfigMap of the pod's namespace. */
export interface KeyReference {
  readonly of: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
  /** Whether the pod starts without it. */
  readonly optional: boolean;
}

export type ContainerEnvironment = ReadonlyMap<string, EnvironmentValue>;

/**
 * Environment of a container in a namespace. $(NAME) is replaced where NAME stands above, as Kubernetes does it:
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function readEnvironment(container: JsonObject, namespace: string): ContainerEnvironment {
  const environment = new Map<string, EnvironmentValue>();
  for (const variable of objectsAt(container, 'env')) {
    const name = textAt(variable, 'name') ?? '';
    environment.set(name, readValue(variable, namespace, environment));
  }
  return environment;
}

function readValue(variable: JsonObject, namespace: string, above: ContainerEnvironment): EnvironmentValue {
  const source = at(variable, 'valueFrom');
  if (source === undefined) {
    return { kind: 'text', text: expand(textAt(variable, 'value') ?? '', above) };
  }
  if (textAt(source, 'fieldRef', 'fieldPath') === 'metadata.namespace') {
    return { kind: 'text', text: namespace };
  }
  for (const [of, key] of [
    ['Secret', 'secretKeyRef'],
    ['ConfigMap', 'configMapKeyRef'],
  ] as const) {
    const reference = at(source, key);
    if (reference !== undefined) {
      return {
        kind: 'key',
        of,
        name: textAt(reference, 'name') ?? '',
        key: textAt(reference, 'key') ?? '',
        optional: at(reference, 'optional') === true,
      };
    }
  }
  return { kind: 'elsewhere' };
}

function expand(text: string, above: ContainerEnvironment): string {
  return text.replace(/\$\(([^)]+)\)/g, (all, name: string) => {
    const value = above.get(name);
    return value?.kind === 'text' ? value.text : all;
  });
}

/** The text of a variable; undefined where it is not set or not known. */
export function textOf(environment: ContainerEnvironment, name: string): string | undefined {
  const value = environment.get(name);
  return value?.kind === 'text' && value.text !== '' ? value.text : undefined;
}
