/** Deepest nesting that is looked at; the recursions behind it end long after. Argo's objects have some twenty levels. */
const deepestNesting = 500;

/**
 * What JSON may hold that this process could not carry unchanged; undefined where there is nothing. It goes no deeper
 * than it must, and is asked before anything else may recurse.
 */
export function faultOfJson(value: object, depth = 0): 'too-deep' | 'inexact-number' | undefined {
  if (depth > deepestNesting) {
    return 'too-deep';
  }
  for (const member of Object.values(value)) {
    const fault =
      typeof member === 'object' && member !== null
        ? faultOfJson(member, depth + 1)
        : typeof member === 'number' && isInexact(member)
          ? 'inexact-number'
          : undefined;
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

/** A whole number beyond 2^53, or one that JSON.parse could not hold: Kubernetes carries 64 bits. */
function isInexact(value: number): boolean {
  return !(Math.abs(value) <= Number.MAX_SAFE_INTEGER);
}
