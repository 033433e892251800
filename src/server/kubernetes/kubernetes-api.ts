import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import type { Environment } from '../../common/settings.js';
import { StatusError } from '../../contract/status-error.js';

export interface KubernetesAnswer {
  readonly status: number;
  /** The answer's JSON; undefined where it is none. */
  readonly body: unknown;
  /** The header Retry-After, as it stands. */
  readonly retryAfter: string | undefined;
}

/** Kubernetes' API, as the pod's service account. */
export interface KubernetesApi {
  /** Answers whatever the API server says. Rejects with UNAVAILABLE where it says nothing. */
  request(method: 'GET' | 'PUT', path: string, body?: object, timeoutMs?: number): Promise<KubernetesAnswer>;
}

/** Where the API is, and what its callers show. */
export interface KubernetesPlace {
  /** "https://HOST:PORT"; http:// for a laptop. */
  readonly url: string;
  readonly tokenFile: string;
  readonly caFile: string;
  /** True where both files may be absent: then no token is shown, and the system's CAs are trusted. */
  readonly mayLackFiles: boolean;
}

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';
const usualTimeoutMs = 10_000;
/** etcd takes 1.5 MiB for an object; JSON escapes some of it. */
const maxAnswerBytes = 4 * 1024 * 1024;

/**
 * The API of the cluster that this pod runs in. Throws FAILED_PRECONDITION outside of a cluster.
 * https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 */
export function inClusterApi(env: Environment, folder = serviceAccountFolder): KubernetesApi {
  const [host, port] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT']];
  if (!host || !port) {
    throw new StatusError(
      'FAILED_PRECONDITION',
      'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod of a cluster',
    );
  }
  return kubernetesApiAt({
    url: apiUrl(host, port),
    tokenFile: join(folder, 'token'),
    caFile: join(folder, 'ca.crt'),
    mayLackFiles: false,
  });
}

/** An address that may be of IPv6, as a URL. */
export function apiUrl(host: string, port: string | number): string {
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The API at a place. Token and CA are read for each request, because both rotate. */
export function kubernetesApiAt({ url, tokenFile, caFile, mayLackFiles }: KubernetesPlace): KubernetesApi {
  return {
    request: async (method, path, body, timeoutMs = usualTimeoutMs) => {
      try {
        const files = [tokenFile, caFile].map((file) => readText(file, mayLackFiles));
        const [token, ca] = await Promise.all(files);
        return await send({ url: `${url.replace(/\/+$/, '')}${path}`, ca, method, token, timeoutMs }, body);
      } catch (cause) {
        throw new StatusError('UNAVAILABLE', 'Kubernetes does not answer this service account', { cause });
      }
    },
  };
}

async function readText(file: string, mayLack: boolean): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (mayLack) {
      return undefined;
    }
    throw error;
  }
}

interface Call {
  readonly url: string;
  readonly ca: string | undefined;
  readonly token: string | undefined;
  readonly method: string;
  readonly timeoutMs: number;
}

function send(
  { url, token, ca, method, timeoutMs }: Call,
  body: object | undefined,
): Promise<KubernetesAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    Accept: 'application/json',
    ...(text !== undefined && {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
    }),
  };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const isTls = url.startsWith('https:');
    const options = { method, headers, signal, agent: false, ...(isTls && ca !== undefined && { ca }) };
    const request = (isTls ? httpsRequest : httpRequest)(url, options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) {
          response.destroy(new Error(`Kubernetes answered more than ${maxAnswerBytes} bytes`));
        }
        chunks.push(chunk);
      });
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          body: parse(Buffer.concat(chunks).toString('utf8')),
          retryAfter: response.headers['retry-after'],
        });
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
