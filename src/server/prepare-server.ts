import type { ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from '../common/logger.js';
import type { Environment } from '../common/settings.js';
import type { Engine } from './engine.js';
import { createServerCredentials } from './grpc/server-credentials.js';
import { createMemoryEngine } from './memory-engine/memory-engine.js';
import { ownNamespace } from './own-namespace.js';
import { type DriverProgram, flagsOfProgram } from './program-engine/flags-of-program.js';
import { createProgramEngine } from './program-engine/program-engine.js';
import { programEnvironment } from './program-engine/program-environment.js';
import { checkProgramSettings } from './program-engine/program-settings.js';
import type { ServerSettings } from './server-settings.js';

/** What the settings make before anything listens. */
export interface PreparedServer {
  readonly namespace: string;
  readonly credentials: ServerCredentials;
  readonly engine: Engine;
  /** Of the program engine. */
  readonly program: DriverProgram | undefined;
}

/** Why the settings make nothing, one sentence each. */
export interface FaultySettings {
  readonly faults: readonly string[];
}

/** Looks at all that the settings name: files, the service account, the driver program and its flags. */
export async function prepareServer(
  settings: ServerSettings,
  env: Environment,
  logger: Logger,
): Promise<PreparedServer | FaultySettings> {
  const faults: string[] = [];
  const attempt = async <Made>(make: () => Made | Promise<Made>): Promise<Made | undefined> => {
    try {
      return await make();
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const credentials = await attempt(() => createServerCredentials(settings));
  const namespace = await attempt(() => ownNamespace(settings.namespace));
  const program =
    settings.engine === 'program' ? await attempt(() => learnProgram(settings, env)) : undefined;
  if (program !== undefined) {
    faults.push(...checkProgramSettings(settings, program, env));
  }
  if (faults.length > 0 || credentials === undefined || namespace === undefined) {
    return { faults };
  }
  const engine = await attempt(() => createEngine(settings, program, env, logger));
  return engine === undefined ? { faults } : { namespace, credentials, engine, program };
}

/** In the environment of the calls, so that it is the same program that they run. */
function learnProgram({ driverProgram, driverProgramEnv }: ServerSettings, env: Environment) {
  return flagsOfProgram(driverProgram, programEnvironment(env, driverProgramEnv));
}

async function createEngine(
  settings: ServerSettings,
  program: DriverProgram | undefined,
  env: Environment,
  logger: Logger,
): Promise<Engine> {
  return program === undefined
    ? createMemoryEngine({ logger })
    : createProgramEngine(settings, { program, env, logger });
}
