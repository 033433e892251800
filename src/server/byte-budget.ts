/** Bytes that may be held at once. */
export interface ByteBudget {
  /**
   * Counts bytes until the function that it returns is called, once or more; undefined, and nothing is counted, where
   * there is no room.
   */
  readonly take: (bytes: number) => (() => void) | undefined;
}

/** One holder may always take what it needs, however much that is. */
export function createByteBudget(maxBytes: number): ByteBudget {
  let heldBytes = 0;
  return {
    take: (bytes) => {
      if (heldBytes > 0 && heldBytes + bytes > maxBytes) {
        return undefined;
      }
      heldBytes += bytes;
      let leftBytes = bytes;
      return () => {
        heldBytes -= leftBytes;
        leftBytes = 0;
      };
    },
  };
}
