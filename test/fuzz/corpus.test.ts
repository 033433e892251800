import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTarget } from '../../scripts/fuzz/all-targets.js';
import { replayInputs } from '../../scripts/fuzz/ask-alone.js';
import { fromInputFile, type InputFile, targetNames } from '../../scripts/fuzz/fuzz-input.js';

const folder = fileURLToPath(new URL('../../../test/fuzz/corpus/', import.meta.url));
const files = readdirSync(folder).map((name): [string, InputFile] => [
  name,
  JSON.parse(readFileSync(`${folder}${name}`, 'utf8')),
]);

for (const name of targetNames) {
  const ours = files.filter(([, { target }]) => target === name);
  test(`${name}: what fuzzing found before does no harm, and a real request is answered after it`, async () => {
    const inputs = ours.flatMap(([, file]) =>
      Array.from({ length: file.times ?? 1 }, () => fromInputFile(file)),
    );
    const { input: real } = makeTarget[name]().pristine(0);
    const faults = await replayInputs(name, [...inputs, real]);
    assert.deepEqual(
      faults,
      faults.map(() => []),
    );
    assert.equal(faults.length, inputs.length + 1);
  });
}
