import { writeFileSync } from 'node:fs';
import { readIfThere } from '../../common/read-if-there.js';

/** Go's runtime takes some 400 MB a second when a spec makes it: 10 MB between two looks. */
const lookEveryMs = 25;
const kib = 1024;

/**
 * Makes a process the first that the kernel kills when memory runs out
 * (https://docs.kernel.org/filesystems/proc.html, oom_score_adj). A process that is gone already, or a system without
 * /proc, is no fault.
 */
export function offerToOomKiller(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // It ends by itself, or nothing here can do it.
  }
}

/**
 * Calls back once when a process has more than `maxBytes` of memory of its own; the pages of its file, which all runs
 * share, do not count. What it returns ends the watch.
 */
export function watchMemory(pid: number, maxBytes: number, onTooMuch: () => void): () => void {
  const timer = setInterval(() => {
    if (ownBytesOf(pid) > maxBytes) {
      clearInterval(timer);
      onTooMuch();
    }
  }, lookEveryMs);
  return () => clearInterval(timer);
}

function ownBytesOf(pid: number): number {
  const status = readIfThere(`/proc/${pid}/status`) ?? '';
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * kib;
}
