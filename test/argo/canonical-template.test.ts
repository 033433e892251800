import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExecuteTemplate } from '../../src/argo/parse-execute-template.js';

/** The template of a body whose template is this JSON text. */
function canonicalOf(template: string): string {
  const metadata = '{"name":"wf","namespace":"ns","uid":"uid"}';
  const parsed = parseExecuteTemplate(
    `{"workflow":{"metadata":${metadata}},"template":${template}}`,
    'driver-plugin',
  );
  assert.ok(parsed.kind === 'ours');
  return parsed.template.canonical;
}

const plugin = '"plugin":{"driver-plugin":{"args":{"type":"ROOT_DAG"}}}';
const sortedPlugin = '"plugin":{"driver-plugin":{"args":null}}';

// Part of a task's request_id, which a driver server may know from an earlier version.
test("the template's canonical text has sorted keys, whole numbers in front as JavaScript has them, and no arguments", () => {
  const labels = '{"app":"a","10":"b","-":"c","__proto__":{"z":1,"y":[{"b":2,"a":1}]},"2":"d"}';
  const sorted = '{"2":"d","10":"b","-":"c","__proto__":{"y":[{"a":1,"b":2}],"z":1},"app":"a"}';
  assert.equal(
    canonicalOf(`{"name":"t",${plugin},"metadata":{"labels":${labels}}}`),
    `{"metadata":{"labels":${sorted}},"name":"t",${sortedPlugin}}`,
  );
});

test("templates that differ in the order of their keys have the same canonical text, others don't", () => {
  const one = canonicalOf(`{"name":"t","inputs":{},${plugin}}`);
  assert.equal(canonicalOf(`{${plugin},"inputs":{},"name":"t"}`), one);
  assert.notEqual(canonicalOf(`{${plugin},"inputs":{"parameters":null},"name":"t"}`), one);
});
