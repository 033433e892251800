// The process beside a server that holds a Lease: kills the server's programs when the time that it may drive is over,
// and when the server is gone. The server itself may be stopped (SIGSTOP, a debugger) while its programs run on.
// argv: what the programs' working folders begin with. stdin: a line for each renewal, the end of the right to drive in
// nanoseconds of the machine's monotonic clock, or 0 while nothing is driven. stdout: how many were killed, a line each.
import { createInterface } from 'node:readline';
import { killPrograms } from './kill-programs.js';

/** One that was just being started may come up after the first look. */
const lookAgainMs = 100;
const longestTimerMs = 2 ** 31 - 1;

const [prefix = ''] = process.argv.slice(2);
let untilNs = 0n;
let timer: NodeJS.Timeout | undefined;

if (prefix === '') {
  throw new Error('guard-process: the folder is missing');
}
// A stop of the whole group is for the server; this one ends after it.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {});
}
createInterface(process.stdin)
  .on('line', (line) => {
    untilNs = BigInt(line);
    look();
  })
  .on('close', () => {
    killPrograms(prefix);
    process.exit(0);
  });

function look(): void {
  clearTimeout(timer);
  if (untilNs === 0n) {
    return;
  }
  const leftMs = Number(untilNs - process.hrtime.bigint()) / 1e6;
  if (leftMs > 0) {
    timer = setTimeout(look, Math.min(Math.ceil(leftMs), longestTimerMs));
    return;
  }
  const killed = killPrograms(prefix);
  if (killed > 0) {
    process.stdout.write(`${killed}\n`);
  }
  timer = setTimeout(look, lookAgainMs);
}
