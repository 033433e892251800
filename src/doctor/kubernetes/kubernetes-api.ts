import { type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isJsonObject, type JsonObject } from '../../common/json.js';
import { StatusError } from '../../contract/status-error.js';
import { fromApiStatus, fromConnectionError, tooSlow } from './api-error.js';

/**
 * Reads Kubernetes' API as one user. Every call rejects with a StatusError of one sentence: PERMISSION_DENIED where the
 * user lacks the right, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE, DEADLINE_EXCEEDED, or UNKNOWN for anything else.
 */
export interface KubernetesApi {
  /** Address of the API server. */
  readonly url: string;
  get(path: string): Promise<JsonObject>;
  /** Undefined where the object is not there. */
  find(path: string): Promise<JsonObject | undefined>;
  /** Creates what leaves nothing behind: a review, or an object with dryRun=All. */
  review(path: string, body: JsonObject): Promise<JsonObject>;
}

export interface KubernetesConnection {
  readonly url: string;
  readonly timeoutMs: number;
  /** Credentials of each request: headers, certificates, agent. */
  readonly applyTo: (options: RequestOptions) => Promise<void>;
}

export function createKubernetesApi(connection: KubernetesConnection): KubernetesApi {
  const get = (path: string) => call(connection, 'GET', path);
  return {
    url: connection.url,
    get,
    find: (path) =>
      get(path).catch((error: unknown) => {
        if (StatusError.from(error).status === 'NOT_FOUND') {
          return undefined;
        }
        throw error;
      }),
    review: (path, body) => call(connection, 'POST', path, body),
  };
}

async function call(
  connection: KubernetesConnection,
  method: string,
  path: string,
  body?: JsonObject,
): Promise<JsonObject> {
  const { url, timeoutMs } = connection;
  const address = new URL(url.replace(/\/$/, '') + path);
  const options: RequestOptions = {
    method,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
  };
  const abort = AbortSignal.timeout(timeoutMs);
  const slow = new Promise<never>((_resolve, reject) => {
    abort.addEventListener('abort', () => reject(tooSlow(url, timeoutMs)));
  });
  const answered = connection
    .applyTo(options)
    .then(() => send(address, { ...options, signal: abort }, body))
    .catch((error: unknown) => {
      throw abort.aborted ? tooSlow(url, timeoutMs) : fromConnectionError(error, url);
    });
  const { status, object } = await Promise.race([answered, slow]);
  if (status < 300) {
    return object;
  }
  throw fromApiStatus(status, object, method, path);
}

function send(
  address: URL,
  options: RequestOptions,
  body: JsonObject | undefined,
): Promise<{ status: number; object: JsonObject }> {
  const request = address.protocol === 'http:' ? requestHttp : requestHttps;
  return new Promise((resolve, reject) => {
    const sent = request(address, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, object: parse(Buffer.concat(chunks).toString('utf8')) }),
      );
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Whatever stands before the API, a proxy for one, answers with no JSON. */
function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
