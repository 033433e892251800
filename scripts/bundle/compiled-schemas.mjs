// protobufjs writes functions for each message as text when it first meets one, and compiles them: that takes longer than all
// else of a schema, and no code cache keeps it. In a bundle they stand compiled.
import { readFile } from 'node:fs/promises';
import protobuf from 'protobufjs';
import { readSchema } from '../read-schema.mjs';

/** The functions that protobufjs makes of a message, by the method that they become, and what each is given. */
const scopes = {
  encode: ['Writer', 'types', 'util'],
  decode: ['Reader', 'types', 'util'],
  verify: ['types', 'util'],
  fromObject: ['types', 'util'],
  toObject: ['types', 'util'],
};

/** Gives protobufjs the functions of all messages of these schemas; it makes those of others as ever. */
export function compiledSchemas(schemas) {
  return {
    name: 'compiled-schemas',
    setup({ onLoad }) {
      onLoad({ filter: /\/protobufjs\/src\/type\.js$/ }, async ({ path }) => ({
        contents: `${await readFile(path, 'utf8')}
          const namesOf = ${namesOf};
          const shapeOf = ${shapeOf};
          (${useCompiled})(Type, { Enum, Reader, Writer, util, wrappers }, { namesOf, shapeOf }, ${toTable(compile(schemas))});`,
      }));
    },
  };
}

const toTable = (compiled) =>
  `{__proto__: null, ${Object.entries(compiled)
    .map(([key, functions]) => `${JSON.stringify(key)}: {${functions.map(toProperty).join(',\n')}}`)
    .join(',\n')}}`;

const toProperty = ({ kind, words }) => `${kind}: function(${words.slice(0, -1)}){${words.at(-1)}\n}`;

/** In the bundle too, below the type that it changes. */
function useCompiled(Type, { Enum, Reader, Writer, util, wrappers }, { namesOf, shapeOf }, compiled) {
  const { generateConstructor } = Type;
  const { setup } = Type.prototype;
  Type.generateConstructor = (type) => compiled[namesOf(type)]?.create ?? generateConstructor(type);
  Type.prototype.setup = function setupCompiled() {
    const functions = wrappers[this.fullName] ? undefined : compiled[shapeOf(this, Enum)];
    if (functions === undefined) {
      return setup.call(this);
    }
    const types = this.fieldsArray.map((field) => field.resolvedType);
    this.encode = functions.encode(Writer, types, util);
    this.decode = functions.decode(Reader, types, util);
    this.verify = functions.verify(types, util);
    this.fromObject = functions.fromObject(types, util);
    this.toObject = functions.toObject(types, util);
    return this;
  };
}

/** All that a message's constructor depends on; in the bundle too. */
function namesOf(type) {
  const names = type.fieldsArray.map(({ name, map, repeated }) => [name, map, repeated]);
  return `create ${type.name} ${JSON.stringify(names)}`;
}

/** All that a message's other functions depend on; in the bundle too. */
function shapeOf(type, Enum) {
  const fields = type.fieldsArray.map((field) => {
    const { id, name, required, repeated, keyType, packed, delimited, partOf, resolvedType } =
      field.resolve();
    const { typeDefault, defaultValue } = field;
    const values = resolvedType instanceof Enum ? resolvedType.values : resolvedType?.fullName;
    const kind = [field.type, required, repeated, keyType, packed, delimited, partOf?.name];
    return [id, name, kind, typeDefault, defaultValue, values];
  });
  const oneofs = type.oneofsArray.map(({ name }) => name);
  return `${type.fullName} ${JSON.stringify([fields, oneofs])}`;
}

/** By what they depend on: [{kind, words}, ...], `words` as Function takes them. */
function compile(schemas) {
  const compiled = {};
  const add = (key, functions) => {
    if (key in compiled && JSON.stringify(compiled[key]) !== JSON.stringify(functions)) {
      throw new Error(`different functions depend on the same: ${key}`);
    }
    compiled[key] = functions;
  };
  for (const schema of schemas) {
    for (const type of typesOf(protobuf.Root.fromJSON(readSchema(schema)).resolveAll())) {
      const created = record(() => protobuf.Type.generateConstructor(type)());
      add(namesOf(type), check(type, { create: [] }, created));
      const others = record(() => type.setup());
      add(shapeOf(type, protobuf.Enum), check(type, scopes, others));
    }
  }
  return compiled;
}

/** Throws an error if protobufjs, in a new version, makes other functions than useCompiled calls, or in another order. */
function check(type, expected, made) {
  const functions = Object.entries(expected).map(([kind], index) => ({ kind, words: made[index] ?? [] }));
  const isExpected = ({ kind, words }) =>
    String(words.slice(0, -1)) === String(expected[kind]) &&
    namesIn(type, kind).some((name) => words.at(-1)?.startsWith(`return function ${name}(`));
  if (made.length !== functions.length || !functions.every(isExpected)) {
    throw new Error(`protobufjs makes other functions of ${type.fullName} than it did`);
  }
  return functions;
}

/** How protobufjs names a function; toObject of a message without fields has no name. */
function namesIn({ name, fieldsArray }, kind) {
  if (kind === 'create') {
    return [name];
  }
  return [`${name}$${kind}`, ...(kind === 'toObject' && fieldsArray.length === 0 ? [''] : [])];
}

/** What is given to Function meanwhile: [parameters..., body] of each. */
function record(work) {
  const made = [];
  const { Function: plain } = globalThis;
  globalThis.Function = function recordFunction(...words) {
    made.push(words);
    return plain(...words);
  };
  try {
    work();
  } finally {
    globalThis.Function = plain;
  }
  return made;
}

function typesOf(namespace) {
  return namespace.nestedArray.flatMap((nested) => [
    ...(nested instanceof protobuf.Type ? [nested] : []),
    ...(nested instanceof protobuf.Namespace ? typesOf(nested) : []),
  ]);
}
