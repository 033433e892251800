import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

/** Whether a caller may pass; `unreadable` says in one sentence why nobody can be told apart, and the remedy. */
export type Verdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * Checks the Authorization header against the token that Argo's agent wrote (32 characters, file mode 0440, owner
 * 8737). The file is read each time: it may appear, or become readable, while this process runs. Digests are
 * compared, in constant time, so that neither content nor length shows in the time it takes.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/cmd/argoexec/commands/agent.go
 */
export async function checkAgentToken(
  tokenPath: string,
  authorization: string | undefined,
): Promise<Verdict> {
  let token: string;
  try {
    token = (await readFile(tokenPath, 'utf8')).trim();
  } catch (error) {
    return { kind: 'unreadable', reason: await explain(tokenPath, codeOf(error)) };
  }
  if (token === '') {
    return { kind: 'unreadable', reason: await explain(tokenPath, 'it is empty') };
  }
  const presented = /^bearer (.*)$/i.exec(authorization ?? '')?.[1]?.trim() ?? '';
  return timingSafeEqual(digest(presented), digest(token)) ? { kind: 'allowed' } : { kind: 'forbidden' };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function explain(tokenPath: string, why: string): Promise<string> {
  const self = `this process has uid ${process.getuid?.()} and gid ${process.getgid?.()}`;
  const file = await stat(tokenPath).then(
    ({ mode, uid, gid }) => `the file has mode 0${(mode & 0o777).toString(8)} and owner ${uid}:${gid}`,
    () => "the file's mode is unknown",
  );
  return (
    `driver-plugin cannot read the agent's token ${tokenPath} (${why}): ${self}, ${file}; ` +
    'run the plugin container as uid 8737 (securityContext.runAsUser: 8737)'
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
