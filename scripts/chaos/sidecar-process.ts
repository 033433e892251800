import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.js';
import { type ChildProgram, startChildProgram } from './child-program.js';

/** The sidecar as a process that comes back on the port where it was. */
export interface SidecarProcess {
  readonly port: number;
  readonly token: string;
  start(): Promise<void>;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** `env` holds the settings beside those of the side that the agent sees. */
export async function createSidecarProcess(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<SidecarProcess> {
  const port = await freePort();
  const token = 'a-token-of-thirty-two-characters';
  const tokenPath = join(folder, 'token');
  writeFileSync(tokenPath, token, { mode: 0o600 });
  let running: ChildProgram | undefined;
  return {
    port,
    token,
    start: async () => {
      running = await startChildProgram({
        program: 'src/main.js',
        env: { SERVER_PORT: `${port}`, TOKEN_PATH: tokenPath, ...env },
        logFile: join(folder, 'sidecar.log'),
      });
    },
    end: async (signal) => {
      await running?.end(signal);
      running = undefined;
    },
  };
}
