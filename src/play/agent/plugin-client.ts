import { Agent, type IncomingMessage, request } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { agentPostTimeoutMs } from '../../common/argo-agent.js';
import { errorText } from '../../common/error-text.js';

const unzip = promisify(gunzip);

export interface PluginAnswer {
  readonly httpStatus: number;
  readonly httpStatusText: string;
  readonly text: string;
}

/** No answer came. `message` is the one Go's client gives, for it ends up in the node. */
export class NoAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoAnswer';
  }
}

/** POSTs one template's request body; rejects with NoAnswer. */
export type PostTemplate = (body: string, signal: AbortSignal) => Promise<PluginAnswer>;

export interface PostOptions {
  /** Where the plugin listens: "http://127.0.0.1:2948". */
  readonly address: string;
  readonly token: string;
  /** Of one whole exchange; the agent's is 30 s. */
  readonly timeoutMs?: number;
}

export interface PluginClient {
  readonly post: PostTemplate;
  /** Closes the kept connections. */
  close(): void;
}

/**
 * Posts as the agent's Go client does: the same path, headers, timeout and kept connections.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/util/plugin/plugin.go
 */
export function createPluginClient({
  address,
  token,
  timeoutMs = agentPostTimeoutMs,
}: PostOptions): PluginClient {
  const url = new URL('/api/v1/template.execute', address);
  const agent = new Agent({ keepAlive: true });
  const post: PostTemplate = async (body, signal) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      return await exchange(url, agent, headersFor(body, token), body, AbortSignal.any([signal, timeout]));
    } catch (error) {
      throw new NoAnswer(`Post "${url}": ${goReason(error, timeout, url)}`);
    }
  };
  return { post, close: () => agent.destroy() };
}

function headersFor(body: string, token: string): Record<string, string | number> {
  return {
    'User-Agent': 'Go-http-client/1.1',
    'Content-Length': Buffer.byteLength(body),
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    'Accept-Encoding': 'gzip',
  };
}

function exchange(
  url: URL,
  agent: Agent,
  headers: Record<string, string | number>,
  body: string,
  signal: AbortSignal,
): Promise<PluginAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent, headers, signal }, (response) => {
      readAnswer(response).then(resolve, reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<PluginAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) {
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const isZipped = response.headers['content-encoding'] === 'gzip';
  return {
    httpStatus: response.statusCode ?? 0,
    httpStatusText: response.statusMessage ?? '',
    text: (isZipped ? await unzip(bytes) : bytes).toString('utf8'),
  };
}

function goReason(error: unknown, timeout: AbortSignal, url: URL): string {
  if (timeout.aborted) {
    return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') {
    return `dial tcp ${url.host}: connect: connection refused`;
  }
  return code === 'ECONNRESET' ? 'EOF' : errorText(error);
}
