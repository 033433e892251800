import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings } from '../../../src/common/settings.js';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import type { Engine } from '../../../src/server/engine.js';
import { createMemoryLedger } from '../../../src/server/ledger/memory-ledger.js';
import { startDriverServer } from '../../../src/server/start-driver-server.js';
import { sidecarSettings } from '../../../src/sidecar/sidecar-settings.js';
import { startSidecar } from '../../../src/sidecar/start-sidecar.js';
import type { Subject, SubjectParts } from './subject.js';
import { testToken } from './test-token.js';

/** Small, so that its bounds are met. */
export const ledgerBounds = { maxEntries: 2_000, maxBytes: 16 << 20 };

/** The sidecar, with a driver server behind that answers as KFP's driver does where all is well. */
export function startHttpSubject(parts: SubjectParts): Promise<Subject> {
  return startSidecarBefore(parts, {
    name: 'fuzz',
    drive: async (request) => {
      parts.onDrive();
      return { response: answerOf(request) };
    },
    close: async () => {},
  });
}

function answerOf({ type }: ExecuteRequest__Output): ExecuteResponse {
  return type === 'DRIVER_TYPE_CONTAINER'
    ? { execution_id: '8', cached: false, pod_spec_patch: '{"containers":[{"name":"main"}]}' }
    : { execution_id: '7', iteration_count: 0 };
}

/** A sidecar and a driver server with this engine, over real HTTP and gRPC. */
export async function startSidecarBefore({ logger, folder }: SubjectParts, engine: Engine): Promise<Subject> {
  const ledger = createMemoryLedger(logger, ledgerBounds);
  const driver = await startDriverServer({ engine, ledger, logger, host: '127.0.0.1', port: 0 });
  const tokenPath = join(folder, 'token');
  await writeFile(tokenPath, testToken);
  const { values, faults } = readSettings(sidecarSettings, {
    SERVER_PORT: '0',
    TOKEN_PATH: tokenPath,
    DRIVER_HOST: driver.address,
    MAX_BODY_BYTES: String(4 << 20),
    MAX_LEDGER_ENTRIES: String(ledgerBounds.maxEntries),
    MAX_LEDGER_BYTES: String(ledgerBounds.maxBytes),
    // All are held until they have their answer.
    AGENT_WORKERS: '1000',
  });
  if (faults.length > 0) {
    throw new Error(faults.join('; '));
  }
  const sidecar = await startSidecar(values, logger);
  return {
    address: sidecar.address,
    close: async () => {
      await sidecar.close();
      await driver.drain(0);
    },
  };
}
