import { InFlight } from './in-flight.js';

const callbacksOf = new WeakMap<AbortSignal, InFlight<() => void>>();

/**
 * Calls back once the signal is aborted; the returned function takes that back. For signals that live long: with a listener
 * for each caller, those that were removed lead to the ones behind them, and V8's scavenger can leave none of them.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let callbacks = callbacksOf.get(signal);
  if (callbacks === undefined) {
    callbacks = new InFlight();
    callbacksOf.set(signal, callbacks);
    signal.addEventListener('abort', callAll(callbacks), { once: true });
  }
  return callbacks.add(callback);
}

function callAll(callbacks: InFlight<() => void>): () => void {
  return () => {
    for (const callback of callbacks.items()) {
      callback();
    }
  };
}
