import { timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { digestOfToken } from '../common/bearer-tokens.js';

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
 * and again before one is turned away. Digests are compared, in constant time, so that neither content nor length
 * shows in the time it takes. `nowMs` only grows.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/cmd/argoexec/commands/agent.go
 */
export function createAgentTokenCheck(tokenPath: string, nowMs: () => number): CheckAgentToken {
  let kept: { readonly digest: Buffer; readonly readMs: number } | undefined;
  return (authorization) => {
    const presented = /^bearer (.*)$/i.exec(authorization ?? '')?.[1]?.trim() ?? '';
    const presentedDigest = digestOfToken(presented);
    const isRecent = kept !== undefined && nowMs() - kept.readMs < keepMs;
    if (isRecent && kept !== undefined && timingSafeEqual(presentedDigest, kept.digest)) {
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
    kept = { digest: digestOfToken(token), readMs: nowMs() };
    return timingSafeEqual(presentedDigest, kept.digest) ? { kind: 'allowed' } : { kind: 'forbidden' };
  };
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
