import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import type { Answer, FuzzInput, Wire } from '../fuzz-input.js';

/** An answer of HTTP, as bytes made text. */
export interface HttpAnswer {
  readonly httpStatus: number;
  readonly text: string;
  readonly contentType: string;
}

const connections = { keepAlive: true, maxSockets: 64 };

/** POSTs bodies over kept connections; headers of an input replace the usual. ":method" is the method. */
export function connectHttp(
  url: string,
  usual: Readonly<Record<string, string>>,
  read: (answer: HttpAnswer, input: FuzzInput) => Answer,
): Wire {
  const isTls = url.startsWith('https:');
  // The certificate is the test's own, made a moment ago.
  const agent = isTls ? new TlsAgent({ ...connections, rejectUnauthorized: false }) : new Agent(connections);
  const open = isTls ? httpsRequest : httpRequest;
  const send = async (input: FuzzInput): Promise<Answer> => {
    const { ':method': method = 'POST', ...headers } = { ...usual, ...input.headers };
    // Node.js leaves it out for some methods; the body would be read as the next request then.
    const length = 'Transfer-Encoding' in headers ? {} : { 'Content-Length': input.bytes.length };
    const options: RequestOptions = { agent, method, headers: { ...length, ...headers } };
    const answer = await new Promise<HttpAnswer>((resolve, reject) => {
      const sent = open(url, options, (response) => collect(response).then(resolve, reject));
      sent.once('error', reject);
      sent.end(input.bytes);
    });
    return read(answer, input);
  };
  return { send, close: () => agent.destroy() };
}

async function collect(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) {
    chunks.push(chunk);
  }
  return {
    httpStatus: response.statusCode ?? 0,
    text: Buffer.concat(chunks).toString('utf8'),
    contentType: response.headers['content-type'] ?? '',
  };
}
