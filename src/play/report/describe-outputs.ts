import { countOf, formatBytes } from '../../common/units.js';
import type { Node } from '../controller/node.js';
import { outputsOf } from './make-report.js';

const longestValue = 24;

/** Words for the outputs that KFP's drivers have; "" for a value that says nothing. */
const driverOutputs: Readonly<Record<string, (value: string) => string>> = {
  'execution-id': (value) => `execution ${value}`,
  'task-id': (value) => `task ${value}`,
  'iteration-count': (value) => (value === '0' ? '' : countOf(value, 'iteration')),
  condition: (value) => (value === 'nil' ? '' : `condition ${value}`),
  'cached-decision': (value) => (value === 'true' ? 'cached' : ''),
  'pod-spec-patch': (value) => (value === '' ? '' : `patch ${formatBytes(Buffer.byteLength(value))}`),
};

/** What a node returned, in a few words: "execution 12", "3 iterations", "patch 2.1 KB", "condition false". */
export function describeOutputs(node: Node): string[] {
  if (node.type === 'Pod') {
    const patch = node.template?.podSpecPatch ?? '';
    return patch === '' ? ['not run'] : ['not run', `patch ${formatBytes(Buffer.byteLength(patch))}`];
  }
  return Object.entries(outputsOf(node))
    .sort(([left], [right]) => placeOf(left) - placeOf(right))
    .map(([name, value]) => describeOutput(name, value))
    .filter((words) => words !== '');
}

/** Drivers' outputs first, in their order above. */
function placeOf(name: string): number {
  const place = Object.keys(driverOutputs).indexOf(name);
  return place === -1 ? Number.MAX_SAFE_INTEGER : place;
}

function describeOutput(name: string, value: string): string {
  const describe = Object.hasOwn(driverOutputs, name) ? driverOutputs[name] : undefined;
  if (describe !== undefined && (value.length <= longestValue || name === 'pod-spec-patch')) {
    return describe(value);
  }
  return value.length > longestValue
    ? `${name} ${formatBytes(Buffer.byteLength(value))}`
    : `${name} ${value === '' ? '""' : value}`;
}
