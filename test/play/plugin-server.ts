import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedPost {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly httpStatus?: number;
  readonly text: string;
}

/** An answer; `hang-up` closes the connection without one, `silence` keeps it open. */
export type Reaction = Answer | 'hang-up' | 'silence';

export interface PluginServer {
  readonly address: string;
  readonly posts: readonly ReceivedPost[];
  close(): void;
}

/** A real HTTP server in a plugin's place; `react` is given each POST and how many came before it. */
export async function startPluginServer(
  react: (post: ReceivedPost, index: number) => Reaction,
): Promise<PluginServer> {
  const posts: ReceivedPost[] = [];
  const server = createServer(async (request, response) => {
    const post = { path: request.url ?? '', headers: request.headers, body: await readText(request) };
    posts.push(post);
    const reaction = react(post, posts.length - 1);
    if (reaction === 'hang-up') {
      request.socket.destroy();
    } else if (reaction !== 'silence') {
      response.writeHead(reaction.httpStatus ?? 200, { 'Content-Type': 'application/json' });
      response.end(reaction.text);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    posts,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
