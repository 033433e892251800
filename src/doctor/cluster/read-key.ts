import { readFile } from 'node:fs/promises';
import { StatusError } from '../../contract/status-error.js';
import type { KubernetesApi } from '../kubernetes/kubernetes-api.js';
import { textAt } from '../kubernetes/read-object.js';
import type { EnvironmentValue, KeyReference } from './environment.js';

export function referenceText({ of, name, key }: KeyReference, namespace: string): string {
  return `key ${key} of ${of} ${namespace}/${name}`;
}

/** The value of a key; undefined where it is empty. Rejects with NOT_FOUND where the object or the key is not there. */
export async function readKey(
  api: KubernetesApi,
  reference: KeyReference,
  namespace: string,
): Promise<string | undefined> {
  const { of, name, key } = reference;
  const kind = of === 'Secret' ? 'secrets' : 'configmaps';
  const object = await api.find(`/api/v1/namespaces/${namespace}/${kind}/${name}`);
  if (object === undefined) {
    throw new StatusError('NOT_FOUND', `there is no ${of} ${namespace}/${name}`);
  }
  const data = textAt(object, 'data', key);
  if (data === undefined) {
    throw new StatusError('NOT_FOUND', `${of} ${namespace}/${name} has no key ${key}`);
  }
  const text = of === 'Secret' ? Buffer.from(data, 'base64').toString('utf8') : data;
  return text.trim() === '' ? undefined : text;
}

/**
 * The text that a variable of the sidecar would have. Undefined where the sidecar has none; FAILED_PRECONDITION where
 * it cannot be known from here.
 */
export async function readVariable(
  api: KubernetesApi,
  name: string,
  value: EnvironmentValue | undefined,
  namespace: string,
): Promise<string | undefined> {
  if (value === undefined) {
    return undefined;
  }
  if (value.kind === 'text') {
    return value.text === '' ? undefined : value.text;
  }
  if (value.kind === 'elsewhere') {
    throw new StatusError(
      'FAILED_PRECONDITION',
      `where ${name} of the plugin's container comes from is unknown`,
    );
  }
  try {
    return await readKey(api, value, namespace);
  } catch (error) {
    if (value.optional && StatusError.from(error).status === 'NOT_FOUND') {
      return undefined;
    }
    throw error;
  }
}

/** A token from a file. Rejects with FAILED_PRECONDITION where there is none. */
export async function readTokenFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new StatusError('FAILED_PRECONDITION', `--token-file names a file that cannot be read: ${path}`, {
      cause,
    });
  });
  if (text.trim() === '') {
    throw new StatusError('FAILED_PRECONDITION', `--token-file names an empty file: ${path}`);
  }
  return text.trim();
}
