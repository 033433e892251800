import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isJsonObject, type Json, type JsonObject } from '../../src/common/json.js';
import { convertWorkflow } from '../../src/convert/convert-workflow.js';
import { stockFolder, stockWorkflows } from '../support/stock-workflows.js';
import { lostFields } from './lost-fields.js';

const { skip } = stockFolder;
const stock = stockWorkflows();

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

const options = fc.record({
  passBy: fc.constantFrom('reference' as const, 'value' as const),
  exitHooks: fc.constantFrom('pod' as const, 'plugin' as const),
});

test('any workflow made of stock ones by cuts and edits is converted or left alone, and loses no other field', {
  skip,
}, () => {
  const outcomes = { converted: 0, 'left-alone': 0 };
  fc.assert(
    fc.property(
      fc.nat({ max: Math.max(0, stock.length - 1) }),
      fc.array(edit, { maxLength: 8 }),
      options,
      (index, edits, chosen) => {
        const workflow: Json = structuredClone(stock[index]?.workflow ?? {});
        for (const change of edits) {
          apply(workflow, change);
        }
        const before = JSON.stringify(workflow);
        const conversion = convertWorkflow(workflow, chosen);
        outcomes[conversion.kind] += 1;
        assert.equal(JSON.stringify(workflow), before, 'the input was changed');
        if (conversion.kind === 'left-alone') {
          assert.ok(
            conversion.reasons.length > 0 && conversion.reasons.every(({ sentence }) => sentence !== ''),
          );
          return;
        }
        assert.deepEqual(lostFields(workflow, conversion.workflow), []);
        assert.equal(convertWorkflow(conversion.workflow, chosen).kind, 'left-alone');
      },
    ),
    { numRuns: 800, includeErrorInReport: true },
  );
  assert.ok(outcomes.converted > 150 && outcomes['left-alone'] > 50, JSON.stringify(outcomes));
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
