import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ExecuteRequest__Output } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { fingerprintOfRequest } from '../../src/server/fingerprint-request.js';

const request = (content: object) => content as ExecuteRequest__Output;
const texts = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 });
const contents = fc.record(
  {
    pipeline_name: fc.string(),
    run_id: fc.string(),
    workflow: fc.record({ name: fc.string(), uid: fc.string() }, { requiredKeys: [] }),
    cache_disabled: fc.boolean(),
    type: fc.constantFrom('DRIVER_TYPE_DAG', 1),
    extra_args: texts,
  },
  { requiredKeys: [] },
);
const reversed = (value: object): object =>
  Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, typeof member === 'object' ? reversed(member) : member]),
  );

test('a request has the same fingerprint whatever order its fields and extra arguments came in', () => {
  fc.assert(
    fc.property(contents, (content) => {
      assert.equal(fingerprintOfRequest(request(reversed(content))), fingerprintOfRequest(request(content)));
    }),
  );
});

test('the id of a request and the untrusted overrides are not part of its fingerprint', () => {
  const content = { run_id: 'r' };
  assert.equal(
    fingerprintOfRequest(request({ ...content, request_id: '1', untrusted_overrides: { log_level: '9' } })),
    fingerprintOfRequest(request(content)),
  );
});

/** Contents that a careless writing of them one after the other would take for the same. */
const alike: readonly (readonly [what: string, one: object, other: object])[] = [
  ['an absent field from an empty one', {}, { run_id: '' }],
  ['an absent map from an empty one', {}, { extra_args: {} }],
  ['true from its text', { cache_disabled: true }, { cache_disabled: 'true' }],
  ['a number of an enum from its text', { type: 1 }, { type: '1' }],
  ['a name that goes on from a value', { extra_args: { ab: 'c' } }, { extra_args: { a: 'bc' } }],
  [
    'two entries from one that looks like them',
    { extra_args: { a: '', b: '' } },
    { extra_args: { a: 't1:bt0:' } },
  ],
  ['a field of the workflow from one beside it', { workflow: { name: 'a' } }, { workflow: {}, name: 'a' }],
  [
    'an argument named __proto__ from none',
    { extra_args: JSON.parse('{"__proto__":"a"}') },
    { extra_args: {} },
  ],
  ['characters beyond ASCII from others', { run_id: 'ä' }, { run_id: 'ö' }],
];
for (const [what, one, other] of alike) {
  test(`a fingerprint tells ${what}`, () => {
    assert.notEqual(fingerprintOfRequest(request(one)), fingerprintOfRequest(request(other)));
  });
}
