import type { Environment } from '../common/settings.js';
import { type DriverProgram, flagsOfProgram } from './program-engine/flags-of-program.js';
import { programEnvironment } from './program-engine/program-environment.js';
import type { ServerSettings } from './server-settings.js';

/** The driver program, once it has told its flags; rejects with why it is none, in one sentence. */
export type AskedProgram = Promise<DriverProgram>;

/**
 * Asks the driver program for its flags, in the environment of the calls, so that it is the same program that they run.
 * Undefined for an engine that runs none.
 */
export function askProgram(
  { engine, driverProgram, driverProgramEnv }: ServerSettings,
  env: Environment,
): AskedProgram | undefined {
  if (engine !== 'program') {
    return undefined;
  }
  const asked = flagsOfProgram(driverProgram, programEnvironment(env, driverProgramEnv));
  // Whoever waits for it later hears of a failure.
  asked.catch(() => {});
  return asked;
}
