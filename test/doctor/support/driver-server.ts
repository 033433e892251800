import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import type protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { readDescriptorSet } from '../../../src/contract/service-definition.js';
import { leaseNotHeld } from '../../../src/server/drive-failure.js';
import type { DriveRight } from '../../../src/server/drive-right.js';
import { authenticateByToken } from '../../../src/server/grpc/authenticate.js';
import { createMemoryLedger } from '../../../src/server/ledger/memory-ledger.js';
import { startDriverServer } from '../../../src/server/start-driver-server.js';
import { collectLog } from '../../support/collect-log.js';
import type { KubeObject } from './api-server.js';

export const certificateFile = (name: string) =>
  new URL(`../../../../test/support/certificates/${name}`, import.meta.url);
const pem = (name: string) => readFileSync(certificateFile(name));

export interface TestServerOptions {
  /** The token that it demands; none by default. */
  readonly token?: string;
  readonly tls?: boolean;
  readonly outage?: string;
  /** Another replica has the right to drive. */
  readonly waits?: boolean;
}

const waitingRight: DriveRight = {
  refusal: () => leaseNotHeld('another one drives', 25),
  fault: () => undefined,
  onChange: () => {},
  onLost: () => {},
  resign: () => {},
  release: async () => {},
};

function tlsCredentials(): ServerCredentials {
  const pair = { cert_chain: pem('server.pem'), private_key: pem('server.key') };
  return ServerCredentials.createSsl(null, [pair]);
}

/** This project's driver server with an engine that must never drive. Resolves to HOST:PORT. */
export async function startRealServer(
  t: Pick<TestContext, 'after'>,
  options: TestServerOptions,
): Promise<string> {
  const { token } = options;
  const logger = collectLog();
  const drives: unknown[] = [];
  const server = await startDriverServer({
    engine: {
      name: 'test',
      drive: async (request) => {
        drives.push(request);
        throw new Error('doctor drove a task');
      },
      close: async () => {},
      outage: () => options.outage,
    },
    ledger: createMemoryLedger(logger, {}),
    logger,
    host: '127.0.0.1',
    port: 0,
    ...(token !== undefined && {
      authenticate: authenticateByToken({ place: 'the test', read: async () => token }),
    }),
    ...(options.waits === true && { right: waitingRight }),
    ...(options.tls === true && { credentials: tlsCredentials() }),
  });
  t.after(async () => {
    await server.drain(0);
    if (drives.length > 0) {
      throw new Error('doctor drove a task');
    }
  });
  return server.address;
}

/** A server that is healthy and tells of another contract than ours. Resolves to HOST:PORT. */
export async function startOtherServer(
  t: Pick<TestContext, 'after'>,
  change: (file: KubeObject) => void,
  { tls = false } = {},
): Promise<string> {
  const type: protobuf.Type = descriptor.FileDescriptorSet;
  const set: KubeObject = type.toObject(type.decode(readDescriptorSet()));
  const files = set.file.filter((file: KubeObject) => file.package === 'kfp.driver.v1');
  files.forEach(change);
  const fileType: protobuf.Type = descriptor.FileDescriptorProto;
  const server = new Server();
  const health = new HealthImplementation({ '': 'SERVING', 'kfp.driver.v1.DriverService': 'SERVING' });
  health.addToServer(server);
  new ReflectionService({
    all: {
      format: 'Protocol Buffer 3 EnumDescriptorProto',
      type: {},
      fileDescriptorProtos: files.map((file: KubeObject) =>
        Buffer.from(fileType.encode(fileType.fromObject(file)).finish()),
      ),
    },
  }).addToServer(server);
  t.after(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    const serverCredentials = tls ? tlsCredentials() : ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', serverCredentials, (error, port) =>
      error === null ? resolve(`127.0.0.1:${port}`) : reject(error),
    );
  });
}
