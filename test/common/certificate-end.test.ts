import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateEndMs, createEndWarning } from '../../src/common/certificate-end.js';
import { makeCertificate } from '../../src/webhook/make-certificate.js';
import { collectLog } from '../support/collect-log.js';

const dayMs = 86_400_000;
const beganMs = Date.UTC(2026, 0, 1);
const make = () =>
  makeCertificate({
    dnsNames: ['localhost'],
    notBefore: new Date(beganMs),
    notAfter: new Date(beganMs + 100 * dayMs),
  });

test('a certificate in the last tenth of its life is warned of once, and its successor again', async () => {
  const log = collectLog();
  let nowMs = beganMs + 80 * dayMs;
  const warn = createEndWarning(log, () => nowMs);
  const [first, second] = [await make(), await make()];
  warn(first.certificate);
  assert.equal(log.lines.length, 0);
  nowMs = beganMs + 91 * dayMs;
  warn(first.certificate);
  warn(first.certificate);
  warn(second.certificate);
  assert.deepEqual(
    log.lines.map(({ level, facts }) => [level, facts.certificateNotAfter]),
    [
      ['warn', '2026-04-11T00:00:00.000Z'],
      ['warn', '2026-04-11T00:00:00.000Z'],
    ],
  );
  assert.equal(certificateEndMs(first.certificate), beganMs + 100 * dayMs);
});
