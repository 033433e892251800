import { type Json, type JsonObject, listOf } from '../../common/json.js';
import { keysAt, objectsAt, textAt } from './read-object.js';

/**
 * Whether a LabelSelector takes an object with these labels; none takes all.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/
 */
export function selects(selector: Json | undefined, labels: JsonObject): boolean {
  const equal = keysAt(selector, 'matchLabels').every(
    (key) => textAt(selector, 'matchLabels', key) === labels[key],
  );
  return equal && objectsAt(selector, 'matchExpressions').every((expression) => matches(expression, labels));
}

function matches(expression: JsonObject, labels: JsonObject): boolean {
  const value = labels[textAt(expression, 'key') ?? ''];
  const isListed = listOf(expression['values']).some((one) => one === value);
  switch (expression['operator']) {
    case 'In':
      return isListed;
    case 'NotIn':
      return !isListed;
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
