import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetName } from '../fuzz-input.js';
import { startFilesSubject } from './start-files-subject.js';
import { startGrpcSubject } from './start-server-subject.js';
import { startHttpSubject } from './start-sidecar-subject.js';
import { startAdmissionSubject } from './start-webhook-subject.js';
import type { FromSubject, Measure, Subject, SubjectParts, ToSubject } from './subject.js';
import { watchTurns } from './watch-turns.js';
import { createWatchedLog } from './watched-log.js';

// The process of what is tested, begun by start-child.ts, which it tells its address and, when asked, how it is.
// Nothing is caught here: whatever is thrown and meant for nobody ends it, as it ends the product's processes.

const starters: Readonly<Record<TargetName, (parts: SubjectParts) => Promise<Subject>>> = {
  http: startHttpSubject,
  grpc: startGrpcSubject,
  'driver-files': startFilesSubject,
  admission: startAdmissionSubject,
};

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('disconnect', () => process.exit());
const turns = watchTurns();
const log = createWatchedLog();
let drives = 0;
const onDrive = () => {
  drives += 1;
};
const subject = await starters[process.argv[2] as TargetName]({ logger: log.logger, onDrive, folder });

process.on('message', ({ collectGarbage }: ToSubject) => {
  if (collectGarbage) {
    globalThis.gc?.();
  }
  const { heapUsed, rss, external } = process.memoryUsage();
  const measure: Measure = {
    drives,
    faults: log.take(),
    heapBytes: heapUsed + external,
    rssBytes: rss,
    longestTurnMs: turns.takeLongestMs(),
  };
  drives = 0;
  tell({ measure });
});
tell({ address: subject.address });

function tell(message: FromSubject): void {
  process.send?.(message);
}
