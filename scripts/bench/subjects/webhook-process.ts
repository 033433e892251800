import { Agent } from 'node:https';
import { admitted } from '../../../test/support/admission.js';
import { call } from '../../../test/support/start-test-webhook.js';
import { certificateFor, writeCertificate } from '../../../test/support/webhook-files.js';
import type { Bench } from '../scenario.js';
import { programs } from './programs.js';
import { type Launcher, type StartedProcess, startProcess } from './started-process.js';

/** The webhook with a certificate of its own, and a client that trusts it. */
export async function prepareWebhook(bench: Bench) {
  const made = await certificateFor();
  const env = {
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    ...writeCertificate(bench.folder, made),
  };
  const agent = new Agent({ keepAlive: true, ca: made.caCertificate, servername: 'localhost' });
  return {
    start: async (launch?: Launcher): Promise<StartedProcess> => {
      const started = await startProcess(programs.webhook, env, launch);
      const stop = () => {
        agent.destroy();
        return started.stop();
      };
      return { ...started, stop };
    },
    /** Whether the answer, which always admits, has a patch. */
    review: async (address: string, body: string): Promise<boolean> =>
      admitted(await call({ address }, agent, 'POST', '/convert', body)).patch !== undefined,
  };
}
