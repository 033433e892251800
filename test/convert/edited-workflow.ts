import fc from 'fast-check';
import { isJsonObject, type Json, type JsonObject } from '../../src/common/json.js';
import { stockWorkflows } from '../support/stock-workflows.js';

/** What may stand anywhere in a workflow that someone has edited. */
const strangeValues: readonly Json[] = [
  ...[
    null,
    true,
    0,
    -1.5,
    '',
    'x',
    '@/etc/passwd',
    '{{workflow.name}}',
    '{{$.inputs}}',
    '{{=inputs.parameters}}',
  ],
  ...['system-container-driver', 'system-dag-driver', 'root', 'entrypoint', '--type', '--', 'driver'],
  ...[[], {}, [[]], [null], ['driver'], { parameters: null }, { parameters: [null] }, { template: 'root' }],
  ...[{ exit: { template: 'system-container-driver' } }, { path: '/x' }, { name: 'x', value: 1 }],
];

const edit = fc.record({
  kind: fc.constantFrom('cut', 'replace', 'double', 'move', 'hook'),
  at: fc.nat(),
  value: fc.nat({ max: strangeValues.length - 1 }),
});
type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

const stock = stockWorkflows();

/** Any workflow made of a stock one by cuts and edits. */
export const editedWorkflow: fc.Arbitrary<JsonObject> = fc
  .record({ index: fc.nat({ max: Math.max(0, stock.length - 1) }), edits: fc.array(edit, { maxLength: 8 }) })
  .map(({ index, edits }) => {
    const workflow = structuredClone(stock[index]?.workflow ?? {});
    for (const change of edits) {
      apply(workflow, change);
    }
    return workflow;
  });

/** A place in a workflow: `holder[key]`. */
interface Place {
  readonly holder: JsonObject | Json[];
  readonly key: string;
}

function placesIn(value: Json): readonly Place[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, member]) => [{ holder: value, key }, ...placesIn(member)]);
}

function apply(workflow: JsonObject, { kind, at, value }: Edit): void {
  const places = placesIn(workflow);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) {
    return;
  }
  const here = valueAt(place);
  const strange = structuredClone(strangeValues[value] ?? null);
  switch (kind) {
    case 'cut':
      remove(place);
      break;
    case 'replace':
      put(place, strange);
      break;
    case 'double':
      if (Array.isArray(place.holder)) {
        place.holder.push(structuredClone(here));
      }
      break;
    case 'move': {
      const other = places[(at * 7 + value) % places.length];
      put(place, structuredClone(other === undefined ? null : valueAt(other)));
      break;
    }
    case 'hook':
      if (isJsonObject(here)) {
        here['hooks'] = strange;
      }
      break;
  }
}

function valueAt({ holder, key }: Place): Json {
  return (Array.isArray(holder) ? holder[Number(key)] : holder[key]) ?? null;
}

function put({ holder, key }: Place, value: Json): void {
  if (Array.isArray(holder)) {
    holder[Number(key)] = value;
  } else {
    holder[key] = value;
  }
}

function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) {
    holder.splice(Number(key), 1);
  } else {
    delete holder[key];
  }
}
