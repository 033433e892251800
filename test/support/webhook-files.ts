import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type MadeCertificate, makeCertificate } from '../../src/webhook/make-certificate.js';

const hourMs = 3_600_000;

/** A certificate for localhost; negative hours for one that has ended. */
export function certificateFor(dnsName = 'localhost', hours = 48): Promise<MadeCertificate> {
  return makeCertificate({
    dnsNames: [dnsName],
    notBefore: new Date(Date.now() - 48 * hourMs),
    notAfter: new Date(Date.now() + hours * hourMs),
  });
}

/** A folder that goes with the test. */
export function temporaryFolder(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'driver-plugin-webhook-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** tls.crt and tls.key in a folder, as settings. */
export function writeCertificate(folder: string, { certificate, key }: MadeCertificate) {
  const [certificatePath, keyPath] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  writeFileSync(certificatePath, certificate);
  writeFileSync(keyPath, key, { mode: 0o600 });
  return { SERVER_TLS_CERT: certificatePath, SERVER_TLS_KEY: keyPath };
}
