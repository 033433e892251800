import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import fc from 'fast-check';
import plain from 'protobufjs';
import { projectFolder } from '../support/bundles.js';

const require = createRequire(import.meta.url);
const load = (path: string) => import(join(projectFolder, 'scripts', path));
const { compiledSchemas } = await load('bundle/compiled-schemas.mjs');
const { readSchema, schemas } = await load('read-schema.mjs');

/** protobufjs with the functions of the driver's messages compiled. */
async function bundleProtobuf(): Promise<typeof plain> {
  const folder = mkdtempSync(join(tmpdir(), 'compiled-schemas-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'protobuf.cjs');
  await build({
    stdin: { contents: "module.exports = require('protobufjs');", resolveDir: projectFolder },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
    plugins: [compiledSchemas([schemas.driver])],
  });
  return require(outfile);
}

const compiled = await bundleProtobuf();

function typesOf(namespace: plain.NamespaceBase): plain.Type[] {
  return namespace.nestedArray.flatMap((nested) => [
    ...('fieldsArray' in nested ? [nested as plain.Type] : []),
    ...('nestedArray' in nested ? typesOf(nested as plain.NamespaceBase) : []),
  ]);
}

/** How often a work has code compiled from text. */
function countCompiled(work: () => void): number {
  const { Function: whole } = globalThis;
  let count = 0;
  globalThis.Function = new Proxy(whole, {
    apply: (target, self, words) => {
      count += 1;
      return Reflect.apply(target, self, words);
    },
  });
  try {
    work();
  } finally {
    globalThis.Function = whole;
  }
  return count;
}

const rootsOf = (schema: object) =>
  [compiled, plain].map((protobuf) => protobuf.Root.fromJSON(readSchema(schema)).resolveAll());

test("each message of the contract is written and read by the compiled functions as by protobufjs' own", () => {
  const [ours, theirs] = rootsOf(schemas.driver).map(typesOf);
  assert.ok(ours !== undefined && theirs !== undefined && ours.length > 3);
  for (const [at, type] of ours.entries()) {
    const other = theirs[at];
    assert.ok(other !== undefined && other.fullName === type.fullName);
    fc.assert(
      fc.property(objectsOf(other), (object) => {
        const bytes = other.encode(other.fromObject(object)).finish();
        assert.deepEqual(Buffer.from(type.encode(type.fromObject(object)).finish()), Buffer.from(bytes));
        const options = { longs: String, enums: String, defaults: true, oneofs: true };
        const read = type.decode(bytes);
        assert.deepEqual(type.toObject(read, options), other.toObject(other.decode(bytes), options));
        assert.equal(type.verify(object), other.verify(object));
      }),
      { numRuns: 50 },
    );
  }
});

test('functions are made for those messages alone that are not compiled', () => {
  const setUp = (json: plain.INamespace) => () => {
    for (const type of typesOf(compiled.Root.fromJSON(json).resolveAll())) {
      type.encode(type.create());
    }
  };
  const [driver, health] = [readSchema(schemas.driver), readSchema(schemas.health)];
  assert.equal(countCompiled(setUp(driver)), 0);
  assert.ok(countCompiled(setUp(health)) > 0);
});

test("a message that differs from the contract's only by a field's number has functions of its own", () => {
  const [root] = rootsOf(schemas.driver);
  const type = root?.lookupType('kfp.driver.v1.ExecuteResponse');
  const [field] = type?.fieldsArray ?? [];
  assert.ok(type !== undefined && field !== undefined);
  const { fields, ...rest } = type.toJSON();
  const moved = { ...fields, [field.name]: { ...fields[field.name], id: 999 } };
  const json = {
    nested: {
      kfp: {
        nested: { driver: { nested: { v1: { nested: { ExecuteResponse: { ...rest, fields: moved } } } } } },
      },
    },
  };
  const other = plain.Root.fromJSON(json as plain.INamespace);
  const bundled = compiled.Root.fromJSON(json as plain.INamespace);
  const bytes = (made: plain.Root) => {
    const changed = made.lookupType(type.fullName);
    return Buffer.from(changed.encode(changed.fromObject({ [field.name]: '7' })).finish());
  };
  assert.deepEqual(bytes(bundled), bytes(other));
});

/** Objects with some of a message's fields, three levels deep. */
function objectsOf(type: plain.Type, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const record = Object.fromEntries(
    type.fieldsArray.flatMap((field) => {
      const value = valuesOf(field, depth);
      return value === undefined ? [] : [[field.name, value]];
    }),
  );
  return fc.record(record, { requiredKeys: [] });
}

function valuesOf(field: plain.Field, depth: number): fc.Arbitrary<unknown> | undefined {
  const one = singleOf(field, depth);
  if (one === undefined) {
    return undefined;
  }
  if (field.map) {
    return fc.dictionary(
      fc.string({ minLength: 1, maxLength: 5 }).filter((key) => key !== '__proto__'),
      one,
      { maxKeys: 3 },
    );
  }
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one;
}

function singleOf(field: plain.Field, depth: number): fc.Arbitrary<unknown> | undefined {
  const { resolvedType } = field.resolve();
  if (resolvedType instanceof plain.Enum) {
    return fc.constantFrom(...Object.keys(resolvedType.values));
  }
  if (resolvedType !== null) {
    return depth < 3 ? objectsOf(resolvedType as plain.Type, depth + 1) : undefined;
  }
  return scalars[field.type];
}

const scalars: Record<string, fc.Arbitrary<unknown>> = {
  string: fc.string(),
  bool: fc.boolean(),
  double: fc.double(),
  bytes: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
  int32: fc.integer(),
  uint32: fc.nat(),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
};
