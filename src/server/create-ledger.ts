import type { Logger } from '../common/logger.js';
import { serializeResponse } from './grpc/driver-service.js';
import { executeMethod } from './grpc/received-request.js';
import { createMemoryLedger, type MemoryLedger } from './ledger/memory-ledger.js';
import { createMetadataLedger } from './ledger/metadata-ledger.js';
import type { RequestLedger } from './ledger/request-ledger.js';
import type { ServerMeasures } from './measures.js';
import { createMetadataStore } from './metadata-store/metadata-store.js';
import type { DriverProgram } from './program-engine/flags-of-program.js';
import type { ServerSettings } from './server-settings.js';

export interface LedgerParts {
  /** Undefined for the memory engine. */
  readonly program: DriverProgram | undefined;
  readonly namespace: string;
  readonly logger: Logger;
  readonly measures?: Pick<ServerMeasures, 'evicted' | 'ledgerDecided'> | undefined;
}

export interface OpenLedger {
  readonly place: 'mlmd' | 'memory';
  readonly ledger: RequestLedger;
  /** What it holds in memory. */
  readonly size: MemoryLedger['size'];
  readonly close: () => void;
}

/** Where the ledger is, as the settings and the driver program have it. */
export function placeOfLedger(
  { ledger }: Pick<ServerSettings, 'ledger'>,
  program: DriverProgram | undefined,
): 'mlmd' | 'memory' {
  if (ledger !== 'auto') {
    return ledger;
  }
  return keepsExecutions(program) ? 'mlmd' : 'memory';
}

/** Why the ledger cannot be where the settings have it; undefined if it can. */
export function faultOfLedger(
  settings: Pick<ServerSettings, 'ledger' | 'engine' | 'driverProgram'>,
  program: DriverProgram | undefined,
): string | undefined {
  if (settings.ledger !== 'mlmd' || keepsExecutions(program)) {
    return undefined;
  }
  return settings.engine === 'memory'
    ? 'LEDGER=mlmd needs ENGINE=program, whose driver makes executions in ML Metadata: unset LEDGER'
    : `LEDGER=mlmd needs a driver that uses ML Metadata: unset LEDGER (${settings.driverProgram} has no flag mlmd_server_address)`;
}

/** The ledger of the settings, with what it needs. */
export function createLedger(settings: ServerSettings, parts: LedgerParts): OpenLedger {
  const { program, logger, namespace, measures } = parts;
  const memory = createMemoryLedger(logger, {
    keepSuccessMs: settings.keepSuccessMs,
    keepFailureMs: settings.keepFailureMs,
    maxEntries: settings.maxLedgerEntries,
    maxBytes: settings.maxLedgerBytes,
    ...(measures !== undefined && { onEvicted: measures.evicted }),
  });
  const place = placeOfLedger(settings, program);
  if (place === 'memory') {
    return { place, ledger: memory, size: memory.size, close: () => {} };
  }
  const store = createMetadataStore({
    host: settings.mlmdServerAddress,
    port: settings.mlmdServerPort,
    tlsEnabled: settings.metadataTlsEnabled,
    caCertPath: settings.caCertPath,
  });
  const ledger = createMetadataLedger({
    store,
    memory,
    namespace,
    knowsTaskName: program?.flags.has('task_name') ?? false,
    serialize: (response) => serializeResponse(response, settings.maxMessageBytes),
    deserialize: executeMethod.responseDeserialize,
    maxAnswerBytes: settings.maxMessageBytes,
    logger,
    ...(measures !== undefined && { onOutcome: measures.ledgerDecided }),
  });
  return { place, ledger, size: memory.size, close: store.close };
}

/** KFP 3.0 keeps its tasks elsewhere. */
function keepsExecutions(program: DriverProgram | undefined): boolean {
  return program?.flags.has('mlmd_server_address') === true;
}
