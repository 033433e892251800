import type { Logger } from '../../common/logger.js';
import type { Engine } from '../engine.js';
import { createMemoryLedger, type MemoryLedgerOptions } from '../ledger/memory-ledger.js';
import { type Drive, openDriveJournal } from '../memory-engine/drive-journal.js';
import { createMemoryEngine } from '../memory-engine/memory-engine.js';
import type { ResolveReferences } from '../references/create-resolver.js';
import { startDriverServer } from '../start-driver-server.js';
import type { DelayDistribution } from './delay-distribution.js';
import { type Faults, injectFaults } from './inject-faults.js';
import { createSeededRandom } from './seeded-random.js';
import { slowDown } from './slow-down.js';

/** What the dev-driver does beside answering; all of it has a default. */
export interface DevDriverOptions extends Partial<Omit<Faults, 'random' | 'logger'>> {
  readonly logger?: Logger;
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** How long a drive takes. */
  readonly delay?: DelayDistribution;
  readonly seed?: number;
  /** File that remembers what was driven. */
  readonly idsFile?: string;
  readonly extraOutputs?: Readonly<Record<string, string>>;
  readonly firstExecutionId?: bigint;
  readonly ledger?: MemoryLedgerOptions;
  /** Reads what arguments_from names; by default a request with it is refused. */
  readonly resolveReferences?: ResolveReferences;
}

export interface DevDriver {
  /** HOST:PORT */
  readonly address: string;
  /** What was driven, in its order, since the start: one entry per effect, however often it was asked for. */
  readonly drives: () => readonly DriveRecord[];
  /** Ends after what is running, or after `graceMs` (0). */
  readonly close: (graceMs?: number) => Promise<void>;
}

export type DriveRecord = Pick<Drive, 'requestId' | 'uid' | 'type' | 'task'>;

const noFaults = { status: 'UNAVAILABLE', probability: 0, failFirst: 0, loseAnswers: 0 } as const;
const silent: Logger = { error() {}, warn() {}, info() {}, debug() {} };

/** Starts the dev-driver in this process: DriverService with the memory engine, and faults in front of it. */
export async function startDevDriver(options: DevDriverOptions = {}): Promise<DevDriver> {
  const { logger = silent, host = '127.0.0.1', port = 0, seed = 1, delay = () => 0 } = options;
  const random = createSeededRandom(seed);
  const drives: DriveRecord[] = [];
  const onDrive = ({ requestId, uid, type, task }: Drive) => drives.push({ requestId, uid, type, task });
  const engine: Engine = slowDown(
    createMemoryEngine({
      ...options,
      logger,
      ...(options.idsFile !== undefined && { journal: openDriveJournal(options.idsFile) }),
      onDrive,
    }),
    () => delay(random),
  );
  const server = await startDriverServer({
    engine,
    ledger: createMemoryLedger(logger, options.ledger),
    logger,
    host,
    port,
    ...(options.resolveReferences !== undefined && { resolveReferences: options.resolveReferences }),
    wrapExecute: injectFaults({ ...noFaults, ...options, random, logger }),
  });
  return { address: server.address, drives: () => drives, close: (graceMs = 0) => server.drain(graceMs) };
}
