import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import type { Environment } from '../../common/settings.js';
import { StatusError } from '../../contract/status-error.js';

export interface KubernetesAnswer {
  readonly status: number;
  /** The answer's JSON; undefined where it is none. */
  readonly body: unknown;
}

/** Kubernetes' API, as the pod's service account. */
export interface KubernetesApi {
  /** Answers whatever the API server says. Rejects with UNAVAILABLE where it says nothing. */
  request(method: 'GET' | 'PUT', path: string, body?: object): Promise<KubernetesAnswer>;
}

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';
const timeoutMs = 10_000;
/** etcd takes 1.5 MiB for an object; JSON escapes some of it. */
const maxAnswerBytes = 4 * 1024 * 1024;

/**
 * The API of the cluster that this pod runs in. Token and CA are read for each request, because both rotate. Throws
 * FAILED_PRECONDITION outside of a cluster.
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
  return {
    request: async (method, path, body) => {
      try {
        const [token, ca] = await Promise.all([read(folder, 'token'), read(folder, 'ca.crt')]);
        return await send({ host, port, ca, method, path, token: token.trim() }, body);
      } catch (cause) {
        throw new StatusError('UNAVAILABLE', 'Kubernetes does not answer this service account', { cause });
      }
    },
  };
}

function read(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), 'utf8');
}

interface Call {
  readonly host: string;
  readonly port: string;
  readonly ca: string;
  readonly token: string;
  readonly method: string;
  readonly path: string;
}

function send({ token, ...call }: Call, body: object | undefined): Promise<KubernetesAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    Authorization: `Bearer ${token}`,
    Accept: 'application/json',
    ...(text !== undefined && {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
    }),
  };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = httpsRequest({ ...call, headers, signal, agent: false }, (response) => {
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
        resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString('utf8')) });
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
