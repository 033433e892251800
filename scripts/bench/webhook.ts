// npm run bench:webhook: how long the webhook takes for a workflow of a megabyte, over HTTPS on kept connections.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../src/common/logger.js';
import { readSettings } from '../../src/common/settings.js';
import { startWebhook } from '../../src/webhook/start-webhook.js';
import { webhookSettings } from '../../src/webhook/webhook-settings.js';
import { admitted, asCreated, reviewOf } from '../../test/support/admission.js';
import { call } from '../../test/support/start-test-webhook.js';
import { stockFolder, stockWorkflows } from '../../test/support/stock-workflows.js';
import { certificateFor, writeCertificate } from '../../test/support/webhook-files.js';
import { joinWorkflows } from './large-workflow.js';
import { measurePair } from './measure.js';

const runs = Number(process.argv[2] ?? 200);

if (stockFolder.skip === false) {
  await bench();
} else {
  process.stdout.write(`skipped: ${stockFolder.skip}\n`);
}

async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-webhook-'));
  const made = await certificateFor();
  const env = {
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    ADMIN_PORT: 'off',
    ...writeCertificate(folder, made),
  };
  const webhook = await startWebhook(readSettings(webhookSettings, env).values, createLogger('error'));
  const agent = new Agent({ keepAlive: true, ca: made.caCertificate, servername: 'localhost' });
  const post = (body: string) => async () => admitted(await call(webhook, agent, 'POST', '/convert', body));

  const head = stockWorkflows('head').map(({ workflow }) => workflow);
  const [small = {}] = head;
  for (const bytes of [100_000, 1_000_000, 1_400_000]) {
    const body = reviewOf(asCreated(joinWorkflows(head, bytes)));
    const response = await post(body)();
    // What the way alone costs: the same body, which nobody converts.
    const asIs = body.replace('"operation":"CREATE"', '"operation":"UPDATE"');
    const [converted, untouched] = await measurePair(runs, post(body), post(asIs));
    const patchBytes = Buffer.byteLength(response.patch ?? '', 'base64');
    print(
      `${(body.length / 1e6).toFixed(2)} MB, patch ${(patchBytes / 1e6).toFixed(2)} MB`,
      converted,
      untouched,
    );
  }
  const one = reviewOf(asCreated(small));
  const [converted, untouched] = await measurePair(runs, post(one), post(one.replace('CREATE', 'UPDATE')));
  print(`${(one.length / 1e6).toFixed(3)} MB (one compiled pipeline)`, converted, untouched);
  agent.destroy();
  await webhook.close();
  rmSync(folder, { recursive: true });
}

type Series = Awaited<ReturnType<typeof measurePair>>[number];

function print(what: string, converted: Series, untouched: Series): void {
  const show = ({ p50Ms, p99Ms }: Series) => `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
  process.stdout.write(`${what}: converted ${show(converted)}; not converted ${show(untouched)}\n`);
}
