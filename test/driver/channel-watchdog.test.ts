import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectivityState } from '@grpc/grpc-js';
import { createChannelWatchdog } from '../../src/driver/channel-watchdog.js';
import { createFakeClock } from '../support/fake-clock.js';

function watch() {
  const clock = createFakeClock();
  let stuck = 0;
  const begin = createChannelWatchdog({
    connectTimeoutMs: 1_000,
    clock,
    // A new channel connects at once, so that the peer's silence shows as this from the start.
    state: () => connectivityState.CONNECTING,
    onStuck: () => {
      stuck += 1;
    },
  });
  return { clock, begin, stuck: () => stuck };
}

test('a channel is stuck when a call has waited for a connection for the whole time', async () => {
  const { clock, begin, stuck } = watch();
  begin();
  await clock.advance(900);
  assert.equal(stuck(), 0);
  await clock.advance(200);
  assert.equal(stuck(), 1);
});

test('the time in which a new channel connects without a call is not counted to its next call', async () => {
  const { clock, begin, stuck } = watch();
  const end = begin();
  await clock.advance(1_100);
  assert.equal(stuck(), 1);
  end();
  await clock.advance(60_000);
  begin();
  await clock.advance(900);
  assert.equal(stuck(), 1);
  await clock.advance(200);
  assert.equal(stuck(), 2);
});

test('calls that end sooner than the channel is looked at count together', async () => {
  const { clock, begin, stuck } = watch();
  for (let call = 0; call < 6; call += 1) {
    begin()();
    await clock.advance(300);
  }
  assert.equal(stuck(), 1);
});
