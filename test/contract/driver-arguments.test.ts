import assert from 'node:assert/strict';
import { test } from 'node:test';
import protobuf from 'protobufjs';
import {
  type ArgumentKind,
  envelopeArguments,
  fieldNames,
  outputPathArguments,
  overrideArguments,
  requestArguments,
} from '../../src/contract/arguments/driver-arguments.js';
import { driverTypes } from '../../src/contract/driver-type.js';

const contract = new protobuf.Root()
  .loadSync(new URL('../../../proto/kfp/driver/v1/driver.proto', import.meta.url).pathname, {
    keepCase: true,
  })
  .resolveAll();

/** Fields of ExecuteRequest that are not arguments. */
const notArguments = ['request_id', 'workflow', 'type', 'untrusted_overrides', 'extra_args'];

const typesOf: Readonly<Record<ArgumentKind, string>> = {
  text: 'string',
  scalar: 'string',
  json: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
};

const tables = [
  { message: 'ExecuteRequest', kinds: requestArguments, beyond: notArguments },
  { message: 'UntrustedOverrides', kinds: overrideArguments, beyond: [] },
];
for (const { message, kinds, beyond } of tables) {
  test(`every argument of ${message} has its field in the contract, of the right type and with presence`, () => {
    const { fields } = contract.lookupType(`kfp.driver.v1.${message}`);
    for (const [name, kind] of Object.entries(kinds)) {
      const field = fields[fieldNames.get(name) ?? name];
      assert.equal(field?.type, typesOf[kind], name);
      assert.equal(field?.options?.['proto3_optional'], true, name);
    }
  });

  test(`every field of ${message} in the contract is an argument, or said not to be one`, () => {
    const { fields } = contract.lookupType(`kfp.driver.v1.${message}`);
    const named = Object.keys(kinds).map((name) => fieldNames.get(name) ?? name);
    assert.deepEqual(Object.keys(fields).sort(), [...named, ...beyond].sort());
  });
}

test('every driver type is one of the contract', () => {
  const { values } = contract.lookupEnum('kfp.driver.v1.DriverType');
  assert.deepEqual(
    Object.values(driverTypes).sort(),
    Object.keys(values)
      .filter((name) => !/UNSPEC/.test(name))
      .sort(),
  );
});

test('no argument is read in two ways', () => {
  const names = [
    ...Object.keys(requestArguments),
    ...Object.keys(overrideArguments),
    ...envelopeArguments,
    ...outputPathArguments,
  ];
  assert.equal(new Set(names).size, names.length);
});
