/** What is kept of a stream that may never end: its first and its last bytes. */
export interface OutputTail {
  readonly add: (chunk: Buffer) => void;
  /** Bytes that were added. */
  readonly size: () => number;
  /** The kept bytes as text; bytes that are no UTF-8 become replacement characters. */
  readonly text: () => string;
}

/** Keeps `headBytes` from the start (where Go's flag package complains) and about `tailBytes` from the end. */
export function createOutputTail(headBytes: number, tailBytes: number): OutputTail {
  const head: Buffer[] = [];
  const tail: Buffer[] = [];
  let size = 0;
  let headSize = 0;
  let tailSize = 0;
  return {
    add: (chunk) => {
      size += chunk.length;
      const toHead = chunk.subarray(0, headBytes - headSize);
      if (toHead.length > 0) {
        head.push(toHead);
      }
      headSize += toHead.length;
      tail.push(chunk.subarray(toHead.length));
      tailSize += chunk.length - toHead.length;
      while (tailSize - (tail[0]?.length ?? 0) >= tailBytes) {
        tailSize -= tail.shift()?.length ?? 0;
      }
    },
    size: () => size,
    text: () => {
      const gap = size > headSize + tailSize ? [Buffer.from('\n')] : [];
      return Buffer.concat([...head, ...gap, ...tail]).toString('utf8');
    },
  };
}
