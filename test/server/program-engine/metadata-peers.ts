import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { type MetadataWatch, watchMetadata } from '../../../src/server/program-engine/watch-metadata.js';

export const times = { answerTimeoutMs: 300, askEveryMs: 30, retryEveryMs: 20 };

export function startWatch(t: TestContext, port: number, more: Partial<typeof times> = {}): MetadataWatch {
  const address = { host: '127.0.0.1', port, tlsEnabled: false, caCertPath: '' };
  const watch = watchMetadata(address, { ...times, ...more });
  t.after(() => watch.close());
  return watch;
}

/** ML Metadata as far as the watch asks it: what it was asked, and answers that the test gives. */
export async function startAnswering(
  t: TestContext,
  answer: (callback: sendUnaryData<Buffer>) => void,
  port = 0,
) {
  const server = new Server();
  const asked: Buffer[] = [];
  const asIs = (bytes: Buffer) => bytes;
  const path = '/ml_metadata.MetadataStoreService/GetContextType';
  const method = { path, requestStream: false, responseStream: false, requestSerialize: asIs };
  server.addService(
    { ask: { ...method, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs } },
    {
      ask: ({ request }: { request: Buffer }, callback: sendUnaryData<Buffer>) => {
        asked.push(request);
        answer(callback);
      },
    },
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, boundPort) =>
      error === null ? resolve(boundPort) : reject(error),
    );
  });
  t.after(() => server.forceShutdown());
  return { port: bound, asked };
}

/** A peer that accepts connections and never speaks. */
export async function startSilent(t: TestContext, port = 0) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(
      socket
        .on('error', () => {})
        .on('close', () => sockets.delete(socket))
        .resume(),
    );
  });
  const bound = await new Promise<number>((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const close = () => {
    server.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  t.after(close);
  return { port: bound, close, connections: () => sockets.size };
}
