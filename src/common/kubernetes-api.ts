import { readFile } from 'node:fs/promises';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from './json.js';

/** What Kubernetes' API said, whatever it said. */
export interface KubernetesAnswer {
  readonly httpStatus: number;
  /** {} where the body is no JSON object. */
  readonly object: JsonObject;
}

/** Kubernetes' API as one account. Rejects with an Error of one sentence only where no answer came within the deadline. */
export interface KubernetesApi {
  get(path: string): Promise<KubernetesAnswer>;
  /** Replaces an object: 409 where its resourceVersion is no longer the newest. */
  put(path: string, object: JsonObject): Promise<KubernetesAnswer>;
}

export interface KubernetesConnection {
  readonly host: string;
  readonly port: number;
  /** Files of the account, read for every call, since kubelet renews them: PEM of the CA, and the token. */
  readonly caPath: string;
  readonly tokenPath: string;
  readonly timeoutMs: number;
}

/** Where a pod finds its service account: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

export function serviceAccountFiles(
  folder = serviceAccountFolder,
): Pick<KubernetesConnection, 'caPath' | 'tokenPath'> {
  return { caPath: join(folder, 'ca.crt'), tokenPath: join(folder, 'token') };
}

/** Answers larger than this are no objects that this project asks for; etcd's own limit is 1.5 MiB. */
const maxAnswerBytes = 8 * 2 ** 20;

export function createKubernetesApi(connection: KubernetesConnection): KubernetesApi {
  return {
    get: (path) => call(connection, 'GET', path),
    put: (path, object) => call(connection, 'PUT', path, object),
  };
}

async function call(
  { host, port, caPath, tokenPath, timeoutMs }: KubernetesConnection,
  method: string,
  path: string,
  object?: JsonObject,
): Promise<KubernetesAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const [ca, token] = await Promise.all([caPath, tokenPath].map((file) => readFile(file, 'utf8')));
    const headers = {
      authorization: `Bearer ${token?.trim()}`,
      accept: 'application/json',
      'content-type': 'application/json',
    };
    // No agent: calls are rare, and a connection that stays would outlive the token's renewal.
    return await send({ host, port, path, method, headers, ca, signal, agent: false }, object);
  } catch (cause) {
    const why = signal.aborted ? `gave no answer within ${timeoutMs / 1000} s` : `failed (${codeOf(cause)})`;
    throw new Error(`${method} ${path} at Kubernetes' API ${why}`, { cause });
  }
}

function send(options: RequestOptions, object: JsonObject | undefined): Promise<KubernetesAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) {
          request.destroy(new Error(`more than ${maxAnswerBytes} bytes`));
        } else {
          chunks.push(chunk);
        }
      });
      response.on('end', () =>
        resolve({ httpStatus: response.statusCode ?? 0, object: parse(Buffer.concat(chunks)) }),
      );
    });
    request.on('error', reject);
    request.end(object === undefined ? undefined : JSON.stringify(object));
  });
}

/** What stands before the API, a proxy for one, answers with no JSON. */
function parse(bytes: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
