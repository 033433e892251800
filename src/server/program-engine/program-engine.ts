import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../common/logger.js';
import type { Environment } from '../../common/settings.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { toStatusError } from '../drive-failure.js';
import type { DriveContext, Engine, EngineAnswer } from '../engine.js';
import { argumentLimits } from './argument-size.js';
import { sweepCallFolders } from './call-folder.js';
import { driveWithProgram, type ProgramHost } from './drive-with-program.js';
import type { DriverProgram } from './flags-of-program.js';
import { defaultMaxPrograms } from './granted-cpus.js';
import { programEnvironment } from './program-environment.js';
import { ProgramQueue } from './program-queue.js';
import type { ProgramSettings } from './program-settings.js';
import { serverFlags } from './server-flags.js';
import { type ServerFlags, toFlags } from './to-flags.js';
import { type MetadataWatch, watchMetadata } from './watch-metadata.js';

export interface ProgramEngineParts {
  /** From flagsOfProgram. */
  readonly program: DriverProgram;
  /** The server's own environment; the program gets the named variables of it. */
  readonly env: Environment;
  readonly logger: Logger;
  /** Stands in for the connection to ML Metadata. */
  readonly watch?: MetadataWatch;
}

/** Names of left-out values that are logged, once each: a request's author chooses them. */
const mostNamesLogged = 100;
const metadataRetryDelayMs = 2_000;
const firstConnectMs = 1_000;

/**
 * The engine that runs KFP's driver program once for each drive. Sweeps the folders of a dead server first. The
 * settings must have passed checkProgramSettings.
 */
export async function createProgramEngine(
  settings: ProgramSettings,
  parts: ProgramEngineParts,
): Promise<Engine> {
  const swept = await sweepCallFolders(settings.workDir);
  const { path: program, version, flags } = parts.program;
  parts.logger.info('the driver program is known', { program, version, flags: flags.size, swept });
  const watch = parts.watch ?? (flags.has('mlmd_server_address') ? watchOf(settings) : undefined);
  const engine = new ProgramEngine(settings, parts, watch);
  // So that the first calls are not refused for a connection that takes a moment.
  if (watch !== undefined) {
    await withinMs(firstConnectMs, watch.settled());
  }
  return engine;
}

/** Waits for `done`, but no longer. The timer keeps the process alive: nothing else does before a server listens. */
async function withinMs(timeoutMs: number, done: Promise<unknown>): Promise<void> {
  const timeout = new AbortController();
  const { signal } = timeout;
  await Promise.race([done, sleep(timeoutMs, undefined, { signal }).catch(() => undefined)]);
  timeout.abort();
}

class ProgramEngine implements Engine {
  readonly name = 'program';
  readonly #host: ProgramHost;
  readonly #server: ServerFlags;
  readonly #queue: ProgramQueue;
  readonly #watch: MetadataWatch | undefined;
  readonly #namesLogged = new Set<string>();
  readonly #drives = new Map<Promise<unknown>, AbortController>();

  constructor(
    settings: ProgramSettings,
    { program, env, logger }: ProgramEngineParts,
    watch: MetadataWatch | undefined,
  ) {
    const programEnv = programEnvironment(env, settings.driverProgramEnv);
    this.#host = { program, settings, logger, env: programEnv, limits: argumentLimits(programEnv) };
    this.#server = serverFlags(settings);
    this.#queue = new ProgramQueue({
      programs: settings.maxPrograms === 'auto' ? defaultMaxPrograms() : settings.maxPrograms,
      calls: settings.maxQueue,
      bytes: settings.maxQueueBytes,
    });
    this.#watch = watch;
  }

  /** Ends with the caller's signal or with this engine; a long-lived signal keeps no listener of a drive that is over. */
  async drive(request: ExecuteRequest__Output, context: DriveContext): Promise<EngineAnswer> {
    const ending = new AbortController();
    const end = () => ending.abort();
    if (context.signal.aborted) {
      end();
    }
    // Every call may share the server's one signal: more than ten listeners are no leak.
    setMaxListeners(0, context.signal);
    context.signal.addEventListener('abort', end, { once: true });
    const drive = this.#drive(request, context, ending.signal);
    this.#drives.set(drive, ending);
    try {
      return await drive;
    } finally {
      this.#drives.delete(drive);
      context.signal.removeEventListener('abort', end);
    }
  }

  outage(): string | undefined {
    return this.#watch?.outage();
  }

  /** Ends what still runs, and resolves when no program and no folder is left. */
  async close(): Promise<void> {
    for (const ending of this.#drives.values()) {
      ending.abort();
    }
    this.#watch?.close();
    await Promise.allSettled(this.#drives.keys());
  }

  async #drive(
    request: ExecuteRequest__Output,
    context: DriveContext,
    signal: AbortSignal,
  ): Promise<EngineAnswer> {
    const flags = toFlags(request, this.#host.program, this.#server, this.#host.limits);
    this.#reportLeftOut(flags.leftOut);
    refuseOutage(this.outage());
    const call = {
      workflowUid: request.workflow?.uid ?? '',
      bytes: flags.bytes,
      deadlineMs: context.deadlineMs,
      joined: context.joined,
      signal,
    };
    const { value, queueMs } = await this.#queue.run(call, async () => {
      // It may have gone away while the call waited; an attempt to connect that is under way decides.
      refuseOutage(await this.#watch?.settled());
      return driveWithProgram(this.#host, flags, signal);
    });
    return { response: value.response, facts: { ...value.facts, queueMs } };
  }

  #reportLeftOut(names: readonly string[]): void {
    for (const name of names) {
      if (this.#namesLogged.size >= mostNamesLogged || this.#namesLogged.has(name)) {
        continue;
      }
      this.#namesLogged.add(name);
      this.#host.logger.warn('an argument is not given to the driver', {
        argument: /^[\w.-]{1,64}$/.test(name) ? name : '(no name of a flag)',
        version: this.#host.program.version,
      });
    }
  }
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

function watchOf(settings: ProgramSettings): MetadataWatch {
  return watchMetadata({
    host: settings.mlmdServerAddress,
    port: settings.mlmdServerPort,
    tlsEnabled: settings.metadataTlsEnabled,
    caCertPath: settings.caCertPath,
  });
}
