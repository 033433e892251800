/** What a promise resolves with; undefined where that takes longer. */
export async function withinMs<Value>(
  timeoutMs: number,
  promised: Promise<Value>,
): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  return Promise.race([promised, timeout]).finally(() => clearTimeout(timer));
}
