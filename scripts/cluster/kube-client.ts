import { Agent, request as httpsRequest } from 'node:https';

/** An object of Kubernetes as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind
export type KubeObject = any;

export interface KubeAnswer {
  readonly status: number;
  readonly body: KubeObject;
  /** The API server's warnings to the client. */
  readonly warnings: readonly string[];
}

export interface KubeRequest {
  readonly body?: unknown;
  /** Default: application/json. */
  readonly contentType?: string;
}

/** Requests to Kubernetes' API as one user. */
export interface KubeClient {
  readonly url: string;
  readonly token: string;
  /** Answers whatever the API server says; rejects only where it says nothing. */
  request(method: string, path: string, options?: KubeRequest): Promise<KubeAnswer>;
  /** The body of an answer below 300. Rejects with the API server's own sentence for any other. */
  expect(method: string, path: string, body?: unknown): Promise<KubeObject>;
  /** The same server as another user. */
  as(token: string): KubeClient;
  close(): void;
}

export function createKubeClient(url: string, ca: string, token: string): KubeClient {
  const agent = new Agent({ keepAlive: true, ca });
  const request = (method: string, path: string, { body, contentType }: KubeRequest = {}) =>
    send(agent, url, token, method, path, body, contentType);
  return {
    url,
    token,
    request,
    expect: async (method, path, body) => {
      const answer = await request(method, path, body === undefined ? {} : { body });
      if (answer.status < 300) {
        return answer.body;
      }
      throw new Error(`${method} ${path}: ${answer.status} ${answer.body?.message ?? ''}`);
    },
    as: (other) => createKubeClient(url, ca, other),
    close: () => agent.destroy(),
  };
}

function send(
  agent: Agent,
  url: string,
  token: string,
  method: string,
  path: string,
  body: unknown,
  contentType = 'application/json',
): Promise<KubeAnswer> {
  const headers = {
    Authorization: `Bearer ${token}`,
    Accept: 'application/json',
    'Content-Type': contentType,
  };
  return new Promise((resolve, reject) => {
    const call = httpsRequest(new URL(path, url), { agent, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const warnings = response.headersDistinct['warning'] ?? [];
        resolve({ status: response.statusCode ?? 0, body: readBody(text), warnings });
      });
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      // The server closed a connection that had been idle too long just when it was used again:
      // https://nodejs.org/docs/latest-v20.x/api/http.html#requestreusedsocket
      if (call.reusedSocket && error.code === 'ECONNRESET') {
        resolve(send(agent, url, token, method, path, body, contentType));
      } else {
        reject(error);
      }
    });
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
