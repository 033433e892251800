import assert from 'node:assert/strict';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { test } from 'node:test';
import { leanAsyncBind } from '../../src/driver/lean-async-bind.js';

// As Node.js has it, and after the change: what holds for both is what callers may rely on.
for (const change of [() => {}, leanAsyncBind]) {
  const form = change === leanAsyncBind ? 'lean' : "Node.js'";
  test(`what the ${form} bind gives runs in its resource's context, with its own "this" and arguments`, () => {
    change();
    const context = new AsyncLocalStorage<string>();
    const resource = context.run('inside', () => new AsyncResource('test'));
    function seen(this: unknown, ...given: unknown[]) {
      return [context.getStore(), this, given];
    }
    const caller = { bound: resource.bind(seen) };
    assert.deepEqual(
      context.run('outside', () => caller.bound(1, 'two')),
      ['inside', caller, [1, 'two']],
    );
    const self = {};
    // Its declaration lacks the second argument, which the documentation has.
    const bind = resource.bind as (callback: typeof seen, thisArg: unknown) => typeof seen;
    assert.deepEqual(bind.call(resource, seen, self).call(caller, 3), ['inside', self, [3]]);
  });
}

test('what the lean bind gives has no accessor of its own', () => {
  leanAsyncBind();
  const bound = new AsyncResource('test').bind(() => {});
  assert.equal(Object.hasOwn(bound, 'asyncResource'), false);
  leanAsyncBind();
  assert.equal(AsyncResource.prototype.bind.length, 2);
});

test('a static bind keeps the context in which it was called', () => {
  leanAsyncBind();
  const context = new AsyncLocalStorage<string>();
  const bound = context.run('then', () => AsyncResource.bind(() => context.getStore()));
  assert.equal(
    context.run('now', () => bound()),
    'then',
  );
});
