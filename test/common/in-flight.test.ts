import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InFlight } from '../../src/common/in-flight.js';

test('what is added is in until its own function takes it out, once', () => {
  const inFlight = new InFlight<string>();
  const takeOut = new Map(['a', 'b', 'c'].map((item) => [item, inFlight.add(item)]));
  takeOut.get('b')?.();
  takeOut.get('b')?.();
  assert.deepEqual(inFlight.items(), ['a', 'c']);
  assert.equal(inFlight.size, 2);
  inFlight.add('d');
  // Its slot is another's by now.
  takeOut.get('b')?.();
  assert.deepEqual([...inFlight.items()].sort(), ['a', 'c', 'd']);
  assert.equal(inFlight.size, 3);
});

test('items may be taken out while those that are in are looked at', () => {
  const inFlight = new InFlight<() => void>();
  let ended = 0;
  for (let at = 0; at < 5; at += 1) {
    const takeOut = inFlight.add(() => {
      ended += 1;
      takeOut();
    });
  }
  for (const end of inFlight.items()) {
    end();
  }
  assert.equal(ended, 5);
  assert.equal(inFlight.size, 0);
});

setFlagsFromString('--expose-gc');
const collect: (options?: { readonly type: 'minor' }) => void = runInNewContext('gc');

/** Bytes of the heap that are left of 600 items of 8 KB, of which 16 are in at a time, when the scavenger has done its work. */
function bytesLeft(add: (item: object) => () => void): number {
  const takeOut: (() => void)[] = [];
  const change = () => {
    takeOut.push(add(new Array(1_000).fill(takeOut.length)));
    if (takeOut.length > 16) {
      takeOut.shift()?.();
    }
  };
  for (let at = 0; at < 100; at += 1) {
    change();
  }
  // What is there now is in the old generation from here on.
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < 600; at += 1) {
    change();
  }
  for (let times = 0; times < 3; times += 1) {
    collect({ type: 'minor' });
  }
  return process.memoryUsage().heapUsed - before;
}

test('what was taken out is left to the scavenger, where a Set would keep nearly all of it', () => {
  const inFlight = new InFlight<object>();
  const set = new Set<object>();
  const ofSet = bytesLeft((item) => {
    set.add(item);
    return () => set.delete(item);
  });
  const ours = bytesLeft((item) => inFlight.add(item));
  assert.ok(ours < 1_000_000, `${ours} bytes`);
  assert.ok(ofSet > 2_000_000, `${ofSet} bytes: Node.js no longer needs this class`);
});
