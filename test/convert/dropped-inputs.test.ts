import assert from 'node:assert/strict';
import { test } from 'node:test';
import { droppedInputs } from '../../src/convert/dropped-inputs.js';

const driverOf = (name: string) => ({ container: { args: [`{{inputs.parameters.${name}}}`] } });

test('an input is dropped that the driver mentions and the plugin does not, whatever its name is', () => {
  for (const name of ['task', 'a.b', 'a(', '[', '\\', 'é', '"', '"\\'.repeat(120_000), 'x'.repeat(600_000)]) {
    assert.deepEqual(droppedInputs(driverOf(name), {}, [name]), [name], name.slice(0, 10));
    assert.deepEqual(droppedInputs(driverOf(name), driverOf(name), [name]), [], name.slice(0, 10));
  }
});

test('an input is not mentioned by another whose name begins as its own', () => {
  assert.deepEqual(droppedInputs(driverOf('task-name'), {}, ['task', 'task-name']), ['task-name']);
  assert.deepEqual(droppedInputs(driverOf('task'), driverOf('task-name'), ['task']), ['task']);
});
