import type { Posted } from './start-test-sidecar.js';

export interface NodeReply {
  readonly node: {
    readonly phase?: string;
    readonly message?: string;
    readonly outputs?: { readonly parameters: readonly { readonly name: string; readonly value: string }[] };
  };
  readonly requeue?: string;
}

export function replyOf({ text }: Posted): NodeReply {
  return JSON.parse(text);
}

/** POSTs again, as Argo's agent does after a requeue but without its wait, until the reply is final. */
export async function postUntilFinal(
  post: () => Promise<Posted>,
  betweenMs = 20,
): Promise<{ readonly reply: NodeReply; readonly text: string; readonly earlier: readonly NodeReply[] }> {
  const earlier: NodeReply[] = [];
  for (;;) {
    const posted = await post();
    const reply = replyOf(posted);
    if (reply.requeue === undefined) {
      return { reply, text: posted.text, earlier };
    }
    earlier.push(reply);
    await delay(betweenMs);
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until something is so; fails where that takes too long, because a test that hangs says nothing. */
export async function until(isSo: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) {
      throw new Error(`waited ${limitMs} ms in vain for ${isSo}`);
    }
    await delay(5);
  }
}

/** A promise and what settles it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
