export interface WaitingLimits {
  /** Waiting calls. */
  readonly calls: number;
  /** Bytes of the waiting calls' requests. */
  readonly bytes: number;
}

export interface WaitingCall {
  /** Whose line it stands in. */
  readonly lineId: string;
  readonly bytes: number;
  /** Its turn has come. */
  readonly start: () => void;
  /** It has to leave; it takes itself out with `remove`. */
  readonly pushOut: () => void;
}

/** Waiting calls, a line for each workflow or each connection. */
export interface WaitingLines {
  readonly calls: () => number;
  readonly bytes: () => number;
  /**
   * Adds a call at the end of its line. When there is no room, the last calls of the longest lines are
   * pushed out, as long as the newcomer's line stays shorter than theirs. False, and nobody is pushed out, where that
   * makes no room.
   */
  readonly add: (call: WaitingCall) => boolean;
  readonly remove: (call: WaitingCall) => void;
  /** The call whose turn it is; it takes itself out with `remove`. Every line has one before any has a second. */
  readonly next: () => WaitingCall | undefined;
}

interface Line {
  readonly calls: Set<WaitingCall>;
  bytes: number;
}

/** How much of the room a line takes: by the resource of which it takes the most, as in dominant resource fairness. */
type ShareOf = (calls: number, bytes: number) => number;

export function createWaitingLines(limits: WaitingLimits): WaitingLines {
  /** By id; the one at the front is the next one served. */
  const lines = new Map<string, Line>();
  let calls = 0;
  let bytes = 0;
  const shareOf: ShareOf = (lineCalls, lineBytes) =>
    Math.max(lineCalls / Math.max(1, limits.calls), lineBytes / Math.max(1, limits.bytes));
  const fits = (moreCalls: number, moreBytes: number) =>
    calls + moreCalls <= limits.calls && bytes + moreBytes <= limits.bytes;
  const remove = (call: WaitingCall) => {
    const line = lines.get(call.lineId);
    if (line?.calls.delete(call) !== true) {
      return;
    }
    line.bytes -= call.bytes;
    calls -= 1;
    bytes -= call.bytes;
    if (line.calls.size === 0) {
      lines.delete(call.lineId);
    }
  };
  const makeRoom = (newcomer: WaitingCall): boolean => {
    const leaving = whoMakesRoom(newcomer, lines, shareOf, fits);
    for (const call of leaving ?? []) {
      call.pushOut();
    }
    return leaving !== undefined;
  };
  return {
    calls: () => calls,
    bytes: () => bytes,
    remove,
    add: (call) => {
      if (!makeRoom(call)) {
        return false;
      }
      const line = lines.get(call.lineId) ?? { calls: new Set(), bytes: 0 };
      lines.set(call.lineId, line);
      line.calls.add(call);
      line.bytes += call.bytes;
      calls += 1;
      bytes += call.bytes;
      return true;
    },
    next: () => {
      const first = lines.entries().next();
      if (first.done === true) {
        return undefined;
      }
      const [lineId, line] = first.value;
      // To the end of the round.
      lines.delete(lineId);
      lines.set(lineId, line);
      return line.calls.values().next().value;
    },
  };
}

/** The calls that must leave for a newcomer; none when there is room, undefined when its line has no claim to more. */
function whoMakesRoom(
  newcomer: WaitingCall,
  lines: ReadonlyMap<string, Line>,
  shareOf: ShareOf,
  fits: (moreCalls: number, moreBytes: number) => boolean,
): readonly WaitingCall[] | undefined {
  if (fits(1, newcomer.bytes)) {
    return [];
  }
  const own = lines.get(newcomer.lineId);
  const ownShare = shareOf((own?.calls.size ?? 0) + 1, (own?.bytes ?? 0) + newcomer.bytes);
  const others = [...lines.entries()]
    .filter(([lineId]) => lineId !== newcomer.lineId)
    .map(([, line]) => ({ calls: [...line.calls], bytes: line.bytes }));
  const leaving: WaitingCall[] = [];
  let freedBytes = 0;
  while (!fits(1 - leaving.length, newcomer.bytes - freedBytes)) {
    const longest = longestOf(others, shareOf);
    if (longest === undefined || shareOf(longest.calls.length, longest.bytes) <= ownShare) {
      return undefined;
    }
    const last = longest.calls.pop();
    if (last === undefined) {
      return undefined;
    }
    longest.bytes -= last.bytes;
    freedBytes += last.bytes;
    leaving.push(last);
  }
  return leaving;
}

function longestOf<Some extends { readonly calls: readonly unknown[]; readonly bytes: number }>(
  lines: readonly Some[],
  shareOf: ShareOf,
): Some | undefined {
  return lines.reduce<Some | undefined>(
    (longest, line) =>
      longest === undefined ||
      shareOf(line.calls.length, line.bytes) > shareOf(longest.calls.length, longest.bytes)
        ? line
        : longest,
    undefined,
  );
}
