import { factsOfError, type Logger } from '../../common/logger.js';
import { StatusError } from '../../contract/status-error.js';
import { notBegun } from '../drive-failure.js';
import type { DriveContext, EngineAnswer } from '../engine.js';
import { isVolumeTask } from '../volume-task.js';
import { type ArgumentLimits, sizeOf } from './argument-size.js';
import { type CallFolder, makeCallFolder } from './call-folder.js';
import { exitToStatus, type RunFacts } from './exit-to-status.js';
import type { DriverProgram } from './flags-of-program.js';
import { rootDriverIdempotent } from './program-abilities.js';
import type { ProgramSettings } from './program-settings.js';
import { outputFlags, readAnswer } from './read-answer.js';
import { createRetryAfterWrite } from './retry-after-write.js';
import { type ProgramEnd, runProgram } from './run-program.js';
import { startFailure } from './start-failure.js';
import type { DriverFlags } from './to-flags.js';

/** What every run of the program shares. */
export interface ProgramHost {
  readonly program: DriverProgram;
  readonly settings: ProgramSettings;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: ArgumentLimits;
  readonly logger: Logger;
  /** Whether the ledger finds the executions of drivers that failed after they wrote. */
  readonly findsOrphans: boolean;
}

const componentFile = 'component.json';

/**
 * Runs the program once, in a folder of its own that is gone afterwards, and reads its answer. Rejects with a
 * StatusError; when the signal aborts, the program is stopped first.
 */
export async function driveWithProgram(
  host: ProgramHost,
  flags: DriverFlags,
  context: Pick<DriveContext, 'signal' | 'refusal'>,
): Promise<Required<EngineAnswer>> {
  const { settings, program, logger } = host;
  const folder = await makeCallFolder(settings.workDir).catch((error: unknown) => {
    throw notStarted(host, flags, error);
  });
  try {
    const end = await runIn(host, folder, flags, context);
    if (end.exitCode !== 0) {
      throw exitToStatus(end, runFacts(host, flags));
    }
    const read = (name: string) => folder.read(name, settings.driverProgramMaxOutputBytes);
    const response = await readAnswer(program.flags, flags.type, read, retryAfterWriteOf(host, flags));
    const { programMs, outputBytes } = end;
    return { response, facts: { exitCode: 0, programMs, outputBytes, leftOut: flags.leftOut.length } };
  } finally {
    // An answer is not thrown away for a folder that stays.
    await folder.remove().catch((error: unknown) => {
      logger.warn("the folder of a call cannot be removed; the server's next start sweeps it", {
        folder: folder.path,
        ...factsOfError(error),
      });
    });
  }
}

async function runIn(
  host: ProgramHost,
  folder: CallFolder,
  flags: DriverFlags,
  { signal, refusal }: Pick<DriveContext, 'signal' | 'refusal'>,
): Promise<ProgramEnd> {
  const { program, settings, env } = host;
  try {
    const all = [...flags.flags, ...outputFlags(program.flags, flags.type, folder.file)];
    if (flags.componentText !== undefined) {
      await folder.write(componentFile, flags.componentText);
      all.push(['component', `@${folder.file(componentFile)}`]);
    }
    // Nothing may come between this and the program's start.
    const refused = signal.aborted ? notBegun(signal) : refusal?.();
    if (refused !== undefined) {
      throw refused;
    }
    const args = all.map(([name, value]) => `--${name}=${value}`);
    return await runProgram(program.path, args, {
      cwd: folder.path,
      env: { ...env, TMPDIR: folder.path, GOMEMLIMIT: softLimit(settings.driverProgramMemoryBytes) },
      timeoutMs: settings.driverProgramTimeoutMs,
      maxMemoryBytes: settings.driverProgramMemoryBytes,
      signal,
      maxStderrBytes: settings.driverProgramMaxOutputBytes,
    });
  } catch (error) {
    throw error instanceof StatusError ? error : notStarted(host, flags, error);
  }
}

/** Where Go's collector begins to work harder (https://pkg.go.dev/runtime, GOMEMLIMIT), in bytes. */
function softLimit(maxMemoryBytes: number): string {
  return String(Math.floor(0.8 * maxMemoryBytes));
}

function retryAfterWriteOf({ settings, program, findsOrphans }: ProgramHost, { flags }: DriverFlags) {
  const container = flags.find(([name]) => name === 'container')?.[1];
  return createRetryAfterWrite(
    rootDriverIdempotent(settings, program),
    // What its driver did to a volume is not undone.
    findsOrphans && !isVolumeTask(container),
  );
}

function notStarted({ limits }: ProgramHost, { flags, bytes }: DriverFlags, error: unknown) {
  const largest = flags.reduce((most, flag) => (sizeOf(flag) > sizeOf(most) ? flag : most), ['', '']);
  return startFailure(error, largest[0], bytes, limits.allBytes);
}

function runFacts(host: ProgramHost, driverFlags: DriverFlags): RunFacts {
  const { program, settings } = host;
  const { type, flags, componentText } = driverFlags;
  const values = new Map(flags);
  const authored = [...['pipeline_name', 'task_name', 'component', 'task'].map((name) => values.get(name))];
  return {
    type,
    version: program.version,
    timeoutMs: settings.driverProgramTimeoutMs,
    maxMemoryBytes: settings.driverProgramMemoryBytes,
    retryAfterWrite: retryAfterWriteOf(host, driverFlags),
    pipelineName: values.get('pipeline_name') ?? '',
    runId: values.get('run_id') ?? '',
    authored: [...authored, componentText].filter((text) => text !== undefined),
  };
}
