import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readValues } from '../../scripts/chart/read-values.js';
import { replaceBetween } from '../../scripts/chart/replace-between.js';
import { valuesSchema } from '../../scripts/chart/values-schema.js';
import { valuesTable } from '../../scripts/chart/values-table.js';

const chart = new URL('../../../charts/driver-plugin/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, chart), 'utf8');
const entries = readValues(read('values.yaml'));

const small = `# About the file.

server:
  # How many.
  # @enum 0, 1
  replicas: 1
  # Where.
  # @type map of string
  nodeSelector: {}
# Its name, or a | for none.
name: ""
`;

test('a comment is the description of the key below it, its marks narrow the schema, and unknown keys are refused', () => {
  assert.deepEqual(valuesSchema('small', readValues(small)), {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'small',
    type: 'object',
    additionalProperties: false,
    properties: {
      server: {
        type: 'object',
        additionalProperties: false,
        properties: {
          replicas: { description: 'How many.', enum: [0, 1], default: 1 },
          nodeSelector: {
            description: 'Where.',
            type: 'object',
            additionalProperties: { type: 'string' },
            default: {},
          },
        },
      },
      name: { description: 'Its name, or a | for none.', type: 'string', default: '' },
      global: { type: 'object', description: 'What Helm hands to a subchart; nothing here reads it.' },
    },
  });
});

test('the table has a row for each value, with its whole path', () => {
  assert.deepEqual(valuesTable(readValues(small)).split('\n').slice(2), [
    '| `server.replicas` | `1` | How many. One of `0`, `1`. |',
    '| `server.nodeSelector` | `{}` | Where. |',
    '| `name` | "" | Its name, or a \\| for none. |',
  ]);
});

test('a value without a description is refused by its path', () => {
  assert.throws(
    () => readValues('server:\n  # There.\n  a: 1\n  b: 2\n'),
    /^Error: server\.b has no description/,
  );
});

test('a type that nobody knows is refused, and so is a default that tells none', () => {
  const schemaOf = (text: string) => valuesSchema('any', readValues(text));
  assert.throws(
    () => schemaOf('# A.\n# @type thing\na: 1\n'),
    /the type of a is "thing": use one of object; /,
  );
  assert.throws(() => schemaOf('# A.\na: null\n'), /the default of a does not tell its type/);
});

test("the chart's schema and the table in its README are what values.yaml makes of them: npm run generate", () => {
  const schema = valuesSchema('Values of the chart driver-plugin', entries);
  assert.equal(read('values.schema.json'), `${JSON.stringify(schema, undefined, 2)}\n`);
  assert.equal(read('README.md'), replaceBetween(read('README.md'), 'values', valuesTable(entries)));
});

test('nothing random is rendered, and nothing is looked up in the cluster', () => {
  const templates = readdirSync(new URL('templates/', chart), { recursive: true, encoding: 'utf8' });
  const texts = templates
    .filter((file) => /\.(yaml|tpl|txt)$/.test(file))
    .map((file) => read(`templates/${file}`));
  assert.ok(texts.length > 15);
  assert.doesNotMatch(
    texts.join('\n'),
    /\b(lookup|rand\w+|gen(SelfSigned|Signed|CA|PrivateKey)\w*|uuidv4|now|bcrypt|htpasswd)\b/,
  );
});

test("the chart's version is the package's", () => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  assert.match(read('Chart.yaml'), RegExp(`^version: ${version}$`, 'm'));
  assert.match(read('Chart.yaml'), RegExp(`^appVersion: ${version}$`, 'm'));
});
