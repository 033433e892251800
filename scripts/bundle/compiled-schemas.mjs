// protobufjs writes functions for each message as text when it first meets one, and compiles them: no code cache keeps
// those. In a bundle they stand compiled.
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import protobuf from 'protobufjs';
import { readSchema } from '../read-schema.mjs';

/** The functions of all messages of the schemas, as the bodies that protobufjs gives to Function: [parameters..., body]. */
function functionsOf(schemas) {
  const made = [];
  const { Function: plain } = globalThis;
  globalThis.Function = function record(...words) {
    made.push(words);
    return plain(...words);
  };
  try {
    for (const schema of schemas) {
      setupAll(protobuf.Root.fromJSON(readSchema(schema)).resolveAll());
    }
  } finally {
    globalThis.Function = plain;
  }
  return made;
}

function setupAll(namespace) {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Type) {
      // Its constructor, then what reads and writes it.
      nested.create();
      nested.setup();
    }
    if (nested instanceof protobuf.Namespace) {
      setupAll(nested);
    }
  }
}

/** Gives protobufjs the functions of these schemas, by length and checksum of their text; it compiles others as ever. */
export function compiledSchemas(schemas) {
  return {
    name: 'compiled-schemas',
    setup({ onLoad }) {
      onLoad({ filter: /\/@protobufjs\/codegen\/index\.js$/ }, async ({ path }) => {
        const functions = new Map(functionsOf(schemas).map((words) => [keyOf(words), words]));
        const table = [...functions].map(
          ([key, words]) => `'${key}': function(${words.slice(0, -1).join(',')}){${words.at(-1)}\n},`,
        );
        return {
          contents: `const { crc32 } = require('node:zlib');
            const keyOf = ${keyOf};
            const compiled = { __proto__: null, ${table.join('\n')} };
            const Function = (...words) => (crc32 && compiled[keyOf(words)]) ?? globalThis.Function(...words);
            ${await readFile(path, 'utf8')}`,
        };
      });
    },
  };
}

/** In the bundle too. */
function keyOf(words) {
  const text = words.join('\n');
  return `${text.length} ${crc32(text)}`;
}
