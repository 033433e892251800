import { timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isTokenOf } from '../common/bearer-tokens.js';

/** Whether a caller may pass; `unreadable` says in one sentence why nobody can be told apart, and the remedy. */
export type Verdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Checks the Authorization header of a request. */
export type CheckAgentToken = (authorization: string | undefined) => Verdict;

/** For so long a token that was read is taken without another look at its file. */
const keepMs = 1_000;

/**
 * Checks callers against the token that Argo's agent wrote (32 characters, file mode 0440, owner 8737). The file may
 * appear, become readable or be replaced while this process runs: it is read at most a second before a caller is let in,
 * and again before one is turned away. Comparisons take constant time, so that the token's content does not show in the time
 * it takes; its length is no secret. `nowMs` only grows.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/cmd/argoexec/commands/agent.go
 */
export function createAgentTokenCheck(tokenPath: string, nowMs: () => number): CheckAgentToken {
  /** The header of the caller who was let in last: the next one sends the same. */
  let kept: { readonly header: Buffer; readonly readMs: number } | undefined;
  return (authorization = '') => {
    const header = Buffer.from(authorization);
    if (kept !== undefined && nowMs() - kept.readMs < keepMs && isSame(header, kept.header)) {
      return { kind: 'allowed' };
    }
    kept = undefined;
    let token: string;
    try {
      token = readFileSync(tokenPath, 'utf8').trim();
    } catch (error) {
      return { kind: 'unreadable', reason: explain(tokenPath, codeOf(error)) };
    }
    if (token === '') {
      return { kind: 'unreadable', reason: explain(tokenPath, 'it is empty') };
    }
    const presented = /^bearer (.*)$/i.exec(authorization)?.[1]?.trim() ?? '';
    if (!isTokenOf([token], presented)) {
      return { kind: 'forbidden' };
    }
    kept = { header, readMs: nowMs() };
    return { kind: 'allowed' };
  };
}

function isSame(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function explain(tokenPath: string, why: string): string {
  const self = `this process has uid ${process.getuid?.()} and gid ${process.getgid?.()}`;
  return (
    `driver-plugin cannot read the agent's token ${tokenPath} (${why}): ${self}, ${describeFile(tokenPath)}; ` +
    'run the plugin container as uid 8737 (securityContext.runAsUser: 8737)'
  );
}

function describeFile(path: string): string {
  try {
    const { mode, uid, gid } = statSync(path);
    return `the file has mode 0${(mode & 0o777).toString(8)} and owner ${uid}:${gid}`;
  } catch {
    return "the file's mode is unknown";
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
