import { AsyncResource } from 'node:async_hooks';

type Callback = (...given: unknown[]) => unknown;

/**
 * Gives AsyncResource.bind a form without the accessor "asyncResource" (DEP0172). Node.js 20 to 24 make two more functions for
 * it in each HTTP/2 request, and V8 a hidden class in the old generation, through which no request is left to the scavenger.
 * What is bound runs as before; its "length" is 0, and what is no function is refused when it is called, not when it is
 * bound. https://github.com/nodejs/node/blob/v22.21.1/lib/async_hooks.js#L235
 */
export function leanAsyncBind(): void {
  const bound = new AsyncResource('probe').bind(() => {});
  if (Object.hasOwn(bound, 'asyncResource')) {
    Object.assign(AsyncResource.prototype, { bind });
  }
}

function bind(this: AsyncResource, callback: Callback, thisArg?: unknown): Callback {
  const resource = this;
  return function (this: unknown, ...given) {
    return resource.runInAsyncScope(callback, thisArg === undefined ? this : thisArg, ...given);
  };
}
