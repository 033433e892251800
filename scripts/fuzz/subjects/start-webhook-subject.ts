import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings } from '../../../src/common/settings.js';
import { makeCertificate } from '../../../src/webhook/make-certificate.js';
import { startWebhook } from '../../../src/webhook/start-webhook.js';
import { webhookSettings } from '../../../src/webhook/webhook-settings.js';
import type { Subject, SubjectParts } from './subject.js';

const dayMs = 86_400_000;

/** The webhook, over HTTPS. */
export async function startAdmissionSubject({ logger, folder }: SubjectParts): Promise<Subject> {
  const { certificate, key } = await makeCertificate({
    dnsNames: ['localhost'],
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
  });
  const [certificatePath, keyPath] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  await writeFile(certificatePath, certificate);
  await writeFile(keyPath, key, { mode: 0o600 });
  const { values, faults } = readSettings(webhookSettings, {
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: '0',
    SERVER_TLS_CERT: certificatePath,
    SERVER_TLS_KEY: keyPath,
    // As many come at once as no API server sends.
    BUDGET_SECONDS: '30',
  });
  if (faults.length > 0) {
    throw new Error(faults.join('; '));
  }
  return startWebhook(values, logger);
}
