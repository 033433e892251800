import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isJsonObject, type Json, type JsonObject } from '../../common/json.js';
import { kubernetesAway, type ReferenceFailure, referenceFailure } from './reference-failure.js';

export interface WorkflowApiOptions {
  /** "https://HOST:PORT", or http:// for a laptop. */
  readonly url: string;
  readonly tokenFile: string;
  readonly caFile: string;
  readonly timeoutMs: number;
}

/** Reads workflows from Kubernetes. */
export interface WorkflowApi {
  /** Rejects with a StatusError: NOT_FOUND, PERMISSION_DENIED, or UNAVAILABLE where a repeat may help. */
  read(namespace: string, name: string, deadlineMs: number): Promise<JsonObject>;
}

/** Argo keeps workflows below etcd's 1.5 MiB; JSON that is larger than this is none. */
const maxBodyBytes = 16 << 20;

/**
 * GET /apis/argoproj.io/v1alpha1/namespaces/NAMESPACE/workflows/NAME, with the service account's token, which the
 * kubelet renews. https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export function createWorkflowApi(options: WorkflowApiOptions): WorkflowApi {
  return {
    read: async (namespace, name, deadlineMs) => {
      const path = `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(name)}`;
      const timeoutMs = Math.min(options.timeoutMs, Math.max(1, deadlineMs - Date.now()));
      const { status, body, retryAfter } = await get(options, path, timeoutMs).catch((error: unknown) => {
        throw kubernetesAway('the Kubernetes API cannot be reached', { cause: error });
      });
      if (status === 200) {
        return parseWorkflow(body);
      }
      throw failureOf(status, name, retryAfter);
    },
  };
}

function parseWorkflow(body: string): JsonObject {
  let workflow: Json;
  try {
    workflow = JSON.parse(body);
  } catch (error) {
    throw kubernetesAway('the Kubernetes API answered what is no JSON', { cause: error });
  }
  if (!isJsonObject(workflow)) {
    throw kubernetesAway('the Kubernetes API answered what is no workflow');
  }
  return workflow;
}

function failureOf(status: number, name: string, retryAfter: string | undefined): Error {
  const failure = failures.get(status);
  if (failure !== undefined) {
    return referenceFailure({ ...failure, message: failure.message.replace('NAME', () => name) });
  }
  const seconds = /^\d{1,3}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined;
  return kubernetesAway(`the Kubernetes API answered with status ${status}`, {
    ...(seconds !== undefined && { retryDelayMs: seconds * 1000 }),
  });
}

const noRight: Omit<ReferenceFailure, 'message'> = {
  status: 'PERMISSION_DENIED',
  reason: 'WORKFLOW_UNREADABLE',
};

const failures: ReadonlyMap<number, ReferenceFailure> = new Map([
  [
    404,
    {
      status: 'NOT_FOUND',
      reason: 'WORKFLOW_NOT_FOUND',
      message: 'the workflow NAME, which has the arguments of arguments_from, is not there',
    },
  ],
  [
    401,
    {
      ...noRight,
      message: "the Kubernetes API does not know this server's token: check KUBERNETES_TOKEN_FILE",
    },
  ],
  [
    403,
    {
      ...noRight,
      message:
        'this server may not read workflows: let its Role `get` workflows.argoproj.io, or convert workflows --by-value',
    },
  ],
]);

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
}

/** Rejects for whatever is no whole answer. A new connection each time: workflows are read once. */
async function get(
  { url, tokenFile, caFile }: WorkflowApiOptions,
  path: string,
  timeoutMs: number,
): Promise<Answer> {
  const [token, ca] = await Promise.all([readIfThere(tokenFile), readIfThere(caFile)]);
  const isTls = url.startsWith('https:');
  const signal = AbortSignal.timeout(timeoutMs);
  return await new Promise((resolve, reject) => {
    const request = (isTls ? requestHttps : requestHttp)(`${url.replace(/\/+$/, '')}${path}`, {
      agent: false,
      signal,
      headers: {
        Accept: 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      ...(isTls && ca !== undefined && { ca }),
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      const retryAfter = response.headers['retry-after'];
      readBody(response).then((body) => resolve({ status, body, retryAfter }), reject);
    });
    request.end();
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      response.destroy();
      throw new Error(`the answer has more than ${maxBodyBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
