import type { Engine } from '../../../src/server/engine.js';
import { createMemoryLedger } from '../../../src/server/ledger/memory-ledger.js';
import { createMemoryEngine } from '../../../src/server/memory-engine/memory-engine.js';
import { argumentLimits } from '../../../src/server/program-engine/argument-size.js';
import { inputFlags } from '../../../src/server/program-engine/input-flags.js';
import { toFlags } from '../../../src/server/program-engine/to-flags.js';
import { startDriverServer } from '../../../src/server/start-driver-server.js';
import { ledgerBounds } from './start-sidecar-subject.js';
import type { Subject, SubjectParts } from './subject.js';

/** Streams that never end give their slot up after so long. */
const readTimeoutMs = 1_000;
/**
 * The driver server. Its engine makes the flags of KFP's driver program of each request, as the program engine does,
 * and lets the engine in memory answer in the program's place.
 */
export async function startGrpcSubject({ logger, onDrive }: SubjectParts): Promise<Subject> {
  const server = await startDriverServer({
    engine: createEngine(onDrive, logger),
    ledger: createMemoryLedger(logger, ledgerBounds),
    logger,
    host: '127.0.0.1',
    port: 0,
    namespace: 'kubeflow',
    readTimeoutMs,
  });
  return { address: server.address, close: () => server.drain(0) };
}

function createEngine(onDrive: () => void, logger: SubjectParts['logger']): Engine {
  const program = { path: 'driver', version: 'KFP 2.17', flags: new Set(inputFlags.map(({ name }) => name)) };
  program.flags.delete('parent_task_id');
  const limits = argumentLimits({}, 1 << 20);
  return {
    name: 'fuzz',
    drive: async (request, context) => {
      toFlags(request, program, { own: {}, cacheDisabled: false, componentFromFile: false }, limits);
      // No parent was driven here. The engine is a new one, so that its first id is the same each time.
      const { dag_execution_id: _, ...rootless } = request;
      const answer = await createMemoryEngine({ logger }).drive(rootless, context);
      onDrive();
      return answer;
    },
    close: async () => {},
  };
}
