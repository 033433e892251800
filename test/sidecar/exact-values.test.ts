import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postUntilFinal } from '../support/agent.js';
import { drivePlausibly, outputsOf, startBridge, theRequest } from '../support/start-bridge.js';
import {
  containerArguments,
  containerArgumentsText,
  nestedArrays,
  templateBody,
  templateText,
} from '../support/templates.js';

const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');
/** Argo can substitute these into other templates. */
const quotableText = `\b\f\n\r\t\u0085\u2028\u2029\ufeff\ufffd "\\/<>& é 漢 🦭`;

const everyKindOfText = `${controls}\u007f${quotableText}`;

/** JSON of every sort that a parser and a printer would change on the way. */
const delicateSpec =
  '{ "id" : 9007199254740993,"id":1e400, "n":1.10, "z":-0,\t"s":"\\u00e9\\ud800\\/", "__proto__":{"a":1},\n"e":{} } ';

const unknownArguments = [
  { name: 'a text', written: '"hello"', carried: 'hello' },
  { name: 'an empty text', written: '""', carried: '' },
  { name: 'the text null', written: '"null"', carried: 'null' },
  { name: 'a text with an @ inside', written: '"a@b"', carried: 'a@b' },
  { name: 'a number', written: '42', carried: '42' },
  { name: 'a number with a last zero', written: '1.10', carried: '1.10' },
  { name: 'a number with an exponent', written: '1e2', carried: '1e2' },
  { name: 'a negative zero', written: '-0', carried: '-0' },
  { name: 'the largest exact number', written: '9007199254740991', carried: '9007199254740991' },
  { name: 'a text of digits beyond 2^53', written: '"9007199254740993"', carried: '9007199254740993' },
  { name: 'a number beyond 2^53', written: '9007199254740993', carried: '9007199254740993' },
  { name: 'a number beyond 2^53 in an object', written: '{"seed":1e20}', carried: '{"seed":1e20}' },
  { name: 'true', written: 'true', carried: 'true' },
  { name: 'false', written: ' false ', carried: 'false' },
  {
    name: 'an object with its spaces',
    written: '{ "b" : 1.0,\n "a": [ ] }',
    carried: '{ "b" : 1.0,\n "a": [ ] }',
  },
  { name: 'an object with a key twice', written: '{"a":1,"a":2}', carried: '{"a":1,"a":2}' },
  { name: 'an array', written: '[1, "a,]}", {"]": "\\""}]', carried: '[1, "a,]}", {"]": "\\""}]' },
  {
    name: 'an object with an escaped half character',
    written: '{"a":"\\ud800"}',
    carried: '{"a":"\\ud800"}',
  },
  { name: 'a text that ends in a backslash', written: '"a\\\\"', carried: 'a\\' },
  {
    name: 'arrays as deep as they may be',
    written: nestedArrays(495),
    carried: nestedArrays(495),
  },
];
for (const { name, written, carried } of unknownArguments) {
  test(`an argument nobody has heard of, ${name}, arrives at the driver unchanged`, async (t) => {
    const { driver, sidecar } = await startBridge(t);

    const posted = await sidecar.post(
      templateText(containerArgumentsText(`"before":"1","unheard_of":${written},"after":"2"`)),
    );

    assert.equal(outputsOf(posted)['cached-decision'], 'false');
    assert.deepEqual(theRequest(driver).extra_args, { before: '1', unheard_of: carried, after: '2' });
  });
}

test('argument names that every object has are argument names like others', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', '', '0', 'a\u0000"b'];
  const further = names.map((name) => `${JSON.stringify(name)}:"value of ${names.indexOf(name)}"`);

  const posted = await sidecar.post(templateText(containerArgumentsText(further.join())));

  assert.equal(outputsOf(posted)['cached-decision'], 'false');
  assert.deepEqual(
    new Map(Object.entries(theRequest(driver).extra_args ?? {})),
    new Map(names.map((name, index) => [name, `value of ${index}`] as const).sort(integersFirst)),
  );
  assert.equal(Object.getPrototypeOf({}), Object.prototype);
});

test('__proto__ with an object under it changes nothing and arrives as text', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const body = templateText(containerArgumentsText('"__proto__":{"type":"DAG","polluted":"yes"}'));

  await sidecar.post(body.replace('"metadata":{}', '"metadata":{},"__proto__":{"name":"x"}'));

  const request = theRequest(driver);
  assert.equal(request.type, 'DRIVER_TYPE_CONTAINER');
  assert.equal(
    Object.getOwnPropertyDescriptor(request.extra_args, '__proto__')?.value,
    '{"type":"DAG","polluted":"yes"}',
  );
  assert.ok(!('polluted' in {}));
});

test('an argument required by its type cannot come from __proto__', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const { component: _moved, ...rest } = containerArguments;
  const args = `${JSON.stringify(rest).slice(0, -1)},"__proto__":{"component":"{}"}}`;

  const posted = await sidecar.post(templateText(args));

  assert.match(posted.text, /component.* is missing/);
  assert.equal(driver.requests.length, 0);
});

test('NUL, control characters and every other character arrive at the driver exactly', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const spec = JSON.stringify({ [everyKindOfText]: everyKindOfText });
  const args = { ...containerArguments, run_name: everyKindOfText, unheard_of: everyKindOfText, task: spec };

  await sidecar.post(templateBody(args));

  assert.equal(theRequest(driver).run_name, everyKindOfText);
  assert.equal(theRequest(driver).task, spec);
  assert.equal(theRequest(driver).extra_args?.['unheard_of'], everyKindOfText);
});

test('every character that Argo can substitute arrives at Argo exactly', async (t) => {
  const { sidecar } = await startBridge(t, () => ({
    pod_spec_patch: quotableText,
    extra_outputs: { 'unheard-of': quotableText },
  }));

  const outputs = outputsOf(await sidecar.post(templateBody(containerArguments)));

  assert.equal(outputs['pod-spec-patch'], quotableText);
  assert.equal(outputs['unheard-of'], quotableText);
});

test('a spec keeps its digits, its duplicates, its escapes and its spaces', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const specs = { component: delicateSpec, task: delicateSpec, container: delicateSpec };
  const optionalSpecs = {
    kubernetes_config: delicateSpec,
    runtime_config: delicateSpec,
    runtime_args: delicateSpec,
  };

  await sidecar.post(templateBody({ ...containerArguments, ...specs, ...optionalSpecs }));

  const request = theRequest(driver);
  const seen = [request.component, request.task, request.container, request.kubernetes_config];
  for (const spec of [...seen, request.runtime_config, request.runtime_args]) {
    assert.equal(spec, delicateSpec);
  }
});

test('a spec as deep as it may be bridges', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const component = `{"a":${nestedArrays(499)}}`;
  await sidecar.post(templateBody({ ...containerArguments, component }));
  assert.equal(theRequest(driver).component, component);
});

test('brackets and quotes inside of texts do not count as nesting', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const component = JSON.stringify({ a: '[{"\\'.repeat(2_000) });
  await sidecar.post(templateBody({ ...containerArguments, component }));
  assert.equal(theRequest(driver).component, component);
});

test('a spec of 1 MB bridges byte for byte, and so does a patch of 400 KB', async (t) => {
  const patch = JSON.stringify({ é: '🦭'.repeat(100_000) });
  const { driver, sidecar } = await startBridge(t, () => ({ pod_spec_patch: patch }));
  const component = JSON.stringify({ é: '🦭"\\<&'.repeat(100_000), digits: '1'.repeat(200_000) });
  assert.ok(Buffer.byteLength(component) > 1_000_000);

  // An answer of this size waits until no other task can be on its way.
  const { reply } = await postUntilFinal(() =>
    sidecar.post(templateBody({ ...containerArguments, component })),
  );

  assert.equal(theRequest(driver).component, component);
  assert.equal(reply.node.outputs?.parameters.find(({ name }) => name === 'pod-spec-patch')?.value, patch);
});

test('a thousand arguments nobody has heard of arrive, each under its name', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const unheardOf = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`unheard_of_${n}`, `${n}`]));

  await sidecar.post(templateBody({ ...containerArguments, ...unheardOf }));

  assert.deepEqual(theRequest(driver).extra_args, unheardOf);
});

test('the paths where a pod would have written its outputs are not forwarded', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const paths = ['cached_decision_path', 'execution_id_path', 'iteration_count_path', 'pod_spec_patch_path'];
  const args = Object.fromEntries(paths.map((name) => [name, `/tmp/${name}`]));

  await sidecar.post(templateBody({ ...containerArguments, ...args }));

  assert.doesNotMatch(JSON.stringify(theRequest(driver)), /_path|tmp/);
});

test('name, namespace and uid come from the envelope alone', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const args = { ...containerArguments, namespace: 'kubeflow', workflow: 'mine', uid: 'mine', name: 'mine' };

  await sidecar.post(templateBody(args));

  assert.deepEqual(theRequest(driver).workflow, { name: 'hello-x', namespace: 'kubeflow', uid: 'uid-1' });
  assert.deepEqual(theRequest(driver).extra_args, { workflow: 'mine', uid: 'mine', name: 'mine' });
});

test('an argument cannot set a field that no dialect has', async (t) => {
  const { driver, sidecar } = await startBridge(t);
  const args = { ...containerArguments, request_id: 'chosen', extra_args: '{}', untrusted_overrides: '{}' };

  await sidecar.post(templateBody(args));

  assert.notEqual(driver.requests[0]?.request_id, 'chosen');
  assert.deepEqual(theRequest(driver).extra_args, {
    request_id: 'chosen',
    extra_args: '{}',
    untrusted_overrides: '{}',
  });
});

test('the same template is the same request, and any other one is another', async (t) => {
  const { driver, sidecar } = await startBridge(t, drivePlausibly);
  const body = templateBody(containerArguments);
  const otherRun = { ...body, workflow: { metadata: { ...body.workflow.metadata, uid: 'uid-2' } } };

  await sidecar.post(body);
  await sidecar.post(templateBody({ ...containerArguments, iteration_index: '0' }));
  await sidecar.post(templateBody({ ...containerArguments, unheard_of: '1' }));
  await sidecar.post(otherRun);

  const ids = driver.requests.map((request) => request.request_id);
  assert.equal(ids.length, 4);
  assert.equal(new Set(ids).size, 4);
});

/** Object.entries gives integer-like names first. */
function integersFirst([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return Number(/^\d+$/.test(right)) - Number(/^\d+$/.test(left));
}
