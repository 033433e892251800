import type { Logger } from '../../common/logger.js';
import type { Environment } from '../../common/settings.js';
import { toStatusError } from '../drive-failure.js';
import type { Engine } from '../engine.js';
import { type EngineLoad, inStage, noMeasures, type ServerMeasures } from '../measures.js';
import { argumentLimits } from './argument-size.js';
import { sweepCallFolders } from './call-folder.js';
import { driveWithProgram, type ProgramHost } from './drive-with-program.js';
import { endLeftoverPrograms } from './end-leftover-programs.js';
import type { DriverProgram } from './flags-of-program.js';
import { defaultMaxPrograms } from './granted-resources.js';
import { programEnvironment } from './program-environment.js';
import { createProgramQueue, type ProgramQueue, type QueueLimits } from './program-queue.js';
import type { ProgramSettings } from './program-settings.js';
import { createLeftOutReport } from './report-left-out.js';
import { createRunningDrives } from './running-drives.js';
import { serverFlags } from './server-flags.js';
import { toFlags } from './to-flags.js';
import { type LaterWatch, watchLater } from './watch-later.js';
import { type MetadataWatch, watchMetadata } from './watch-metadata.js';

export interface ProgramEngineParts {
  /** From flagsOfProgram. */
  readonly program: DriverProgram;
  /** The server's own environment; the program gets the named variables of it. */
  readonly env: Environment;
  readonly logger: Logger;
  readonly measures?: ServerMeasures;
  /** Whether the ledger finds the executions of drivers that failed after they wrote; by default it does not. */
  readonly findsOrphans?: boolean;
  /** Stands in for the connection to ML Metadata. */
  readonly watch?: MetadataWatch;
}

const metadataRetryDelayMs = 2_000;
const firstAnswerMs = 1_000;

/**
 * The engine that runs KFP's driver program once for each drive. Ends the programs of a dead server and sweeps their
 * folders first. The
 * settings must have passed checkProgramSettings.
 */
export async function createProgramEngine(
  settings: ProgramSettings,
  parts: ProgramEngineParts,
): Promise<Engine> {
  const ended = await endLeftoverPrograms(settings.workDir);
  const swept = await sweepCallFolders(settings.workDir);
  const { path: program, version, flags } = parts.program;
  parts.logger.info('the driver program is known', {
    program,
    version,
    flags: flags.size,
    swept,
    ended,
  });
  const { metadataAsked } = parts.measures ?? noMeasures;
  const { watch: given } = parts;
  const isWatched = given !== undefined || flags.has('mlmd_server_address');
  const make = () => given ?? watchOf(settings, metadataAsked);
  return engineOf(settings, parts, isWatched ? watchLater(make, firstAnswerMs) : undefined);
}

function engineOf(
  settings: ProgramSettings,
  { program, env, logger, findsOrphans = false }: ProgramEngineParts,
  watch: LaterWatch | undefined,
): Engine {
  const programEnv = programEnvironment(env, settings.driverProgramEnv);
  const limits = argumentLimits(programEnv, settings.driverProgramMaxSpecBytes);
  const host: ProgramHost = { program, settings, logger, env: programEnv, limits, findsOrphans };
  const own = serverFlags(settings, program);
  const queueBounds = queueLimits(settings);
  const queue = createProgramQueue(queueBounds);
  const drives = createRunningDrives();
  const reportLeftOut = createLeftOutReport(logger, program.version);
  const outage = () => watch?.outage();
  return {
    name: 'program',
    begin: async () => watch?.begin(),
    outage,
    load: () => loadOf(queue, queueBounds, watch),
    drive: (request, { deadlineMs, requestBytes, joined, observe, signal: outer, refusal }) =>
      drives.run(outer, async (signal) => {
        const flags = toFlags(request, program, own, limits);
        reportLeftOut(flags.leftOut);
        refuseOutage(outage());
        const workflowUid = request.workflow?.uid ?? '';
        const bytes = Math.max(requestBytes, flags.bytes);
        const call = { workflowUid, bytes, deadlineMs, joined, observe, signal };
        const { value, queueMs } = await queue.run(call, async () => {
          // It may have gone away while the call waited; a question that is under way decides.
          refuseOutage(await watch?.settled());
          const run = () =>
            driveWithProgram(host, flags, { signal, ...(refusal !== undefined && { refusal }) });
          return inStage(observe, 'program', run, { type: flags.type }, ({ facts }) => facts);
        });
        return { response: value.response, facts: { ...value.facts, queueMs } };
      }),
    // Resolves when no program and no folder is left.
    close: async () => {
      watch?.close();
      await drives.endAll();
    },
  };
}

function queueLimits(settings: ProgramSettings): QueueLimits {
  const { maxPrograms, driverProgramMemoryBytes, maxQueue, maxQueueBytes } = settings;
  return {
    programs: maxPrograms === 'auto' ? defaultMaxPrograms(driverProgramMemoryBytes) : maxPrograms,
    calls: maxQueue,
    bytes: maxQueueBytes,
  };
}

function loadOf(queue: ProgramQueue, most: QueueLimits, watch: LaterWatch | undefined): EngineLoad {
  return {
    programs: queue.running(),
    maxPrograms: most.programs,
    queuedCalls: queue.waiting(),
    maxQueuedCalls: most.calls,
    queuedBytes: queue.waitingBytes(),
    maxQueuedBytes: most.bytes,
    metadataUp: watch?.isKnown() ? watch.outage() === undefined : undefined,
  };
}

function refuseOutage(outage: string | undefined): void {
  if (outage === undefined) {
    return;
  }
  throw toStatusError({
    status: 'UNAVAILABLE',
    reason: 'METADATA_AWAY',
    message: `${outage}; nothing was driven`,
    retry: 'safe',
    retryDelayMs: metadataRetryDelayMs,
  });
}

function watchOf(settings: ProgramSettings, onAsked: ServerMeasures['metadataAsked']): MetadataWatch {
  const address = {
    host: settings.mlmdServerAddress,
    port: settings.mlmdServerPort,
    tlsEnabled: settings.metadataTlsEnabled,
    caCertPath: settings.caCertPath,
  };
  return watchMetadata(address, { onAsked });
}
