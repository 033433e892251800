import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, credentials } from '@grpc/grpc-js';
import { systemClock } from '../../src/common/clock.js';
import { StatusError } from '../../src/contract/status-error.js';
import { KeptChannel } from '../../src/driver/kept-channel.js';

test('a channel that is closed is not made anew, whatever asks for it', () => {
  let made = 0;
  const channel = new KeptChannel({
    connect: () => {
      made += 1;
      return new Client('127.0.0.1:9', credentials.createInsecure());
    },
    connectTimeoutMs: 1_000,
    clock: systemClock,
    onStuck: () => {},
  });
  channel.close();
  channel.replace('its certificates were renewed');
  assert.equal(made, 1);
  assert.throws(() => channel.begin(() => assert.fail('a call began')), StatusError);
});
