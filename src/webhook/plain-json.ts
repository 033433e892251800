/** Deepest nesting that is looked at; the recursions behind it end long after. Argo's objects have some twenty levels. */
const deepestNesting = 500;

/**
 * What JSON may hold that this process could not carry unchanged; undefined where there is nothing. It goes no deeper
 * than it must, and is asked before anything else may recurse.
 */
export function faultOfJson(value: object, depth = 0): JsonFault | undefined {
  if (depth > deepestNesting) {
    return 'too-deep';
  }
  if (Array.isArray(value)) {
    for (const member of value) {
      const fault = faultOfMember(member, depth);
      if (fault !== undefined) {
        return fault;
      }
    }
    return undefined;
  }
  // Twice as fast as a list of the values. What JSON.parse made inherits no members that a loop would find.
  for (const key in value) {
    const fault = faultOfMember(value[key as keyof typeof value], depth);
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

type JsonFault = 'too-deep' | 'inexact-number';

function faultOfMember(member: unknown, depth: number): JsonFault | undefined {
  if (typeof member === 'object' && member !== null) {
    return faultOfJson(member, depth + 1);
  }
  return typeof member === 'number' && isInexact(member) ? 'inexact-number' : undefined;
}

/** A whole number beyond 2^53, or one that JSON.parse could not hold: Kubernetes carries 64 bits. */
function isInexact(value: number): boolean {
  return !(Math.abs(value) <= Number.MAX_SAFE_INTEGER);
}
