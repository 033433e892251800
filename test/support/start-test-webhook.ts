import assert from 'node:assert/strict';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { TestContext } from 'node:test';
import { type Environment, readSettings } from '../../src/common/settings.js';
import { startWebhook, type Webhook } from '../../src/webhook/start-webhook.js';
import { webhookSettings } from '../../src/webhook/webhook-settings.js';
import { collectLog } from './collect-log.js';
import { certificateFor, temporaryFolder, writeCertificate } from './webhook-files.js';

export interface HttpAnswer {
  readonly httpStatus: number | undefined;
  readonly text: string;
}

/** A webhook on a port of this host with a certificate for localhost, and a client that trusts it. */
export async function startTestWebhook(t: TestContext, env: Environment = {}) {
  const made = await certificateFor();
  const files = writeCertificate(temporaryFolder(t), made);
  const { values, faults } = readSettings(webhookSettings, {
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    ...files,
    ...env,
  });
  assert.deepEqual(faults, []);
  const log = collectLog();
  const webhook = await startWebhook(values, log);
  const agent = new Agent({ keepAlive: true, ca: made.caCertificate, servername: 'localhost' });
  t.after(async () => {
    agent.destroy();
    await webhook.close();
  });
  return {
    webhook,
    log,
    agent,
    files,
    made,
    post: (body: string | Buffer) => call(webhook, agent, 'POST', '/convert', body),
  };
}

/** One HTTPS request, body and all. */
export function call(
  { address }: Pick<Webhook, 'address'>,
  agent: Agent,
  method: string,
  path: string,
  body: string | Buffer = '',
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = { agent, method, headers: { 'content-type': 'application/json' } };
    const sent = httpsRequest(new URL(path, address), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ httpStatus: response.statusCode, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
