import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { status as grpcStatus } from '@grpc/grpc-js';
import { readStatusDetails } from '../../../src/contract/status-details.js';
import { maxUnreadBytes } from '../../../src/server/grpc/driver-service.js';
import { maxRepeatBytes } from '../../../src/server/ledger/single-flight.js';
import { noMeasures } from '../../../src/server/measures.js';
import {
  maxOpenCalls,
  maxStreamsPerConnection,
  readingSlots,
} from '../../../src/server/start-driver-server.js';
import { callDriver, createTestClient, failureOf } from '../../support/call-driver.js';
import { checkHealth } from '../../support/call-standard-services.js';
import { connectRaw, frame, serialize } from '../../support/raw-calls.js';
import { aRequest, createGate, startServer, until } from '../../support/start-server.js';
import { startServerProgram } from '../../support/start-server-program.js';
import { containerRequest } from '../program-engine/fixtures.js';

const answer = async () => ({ response: { execution_id: '7' } });
const entries = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, '']));

test('more than 256 extra arguments are INVALID_ARGUMENT and drive nothing, 256 are driven', async (t) => {
  const { client, drives } = await startServer(t, answer);
  const failure = await failureOf(callDriver(client, aRequest({ extra_args: entries(257) })));
  assert.equal(failure.code, grpcStatus.INVALID_ARGUMENT);
  assert.equal(failure.details, 'extra_args has more than 256 entries');
  assert.deepEqual(readStatusDetails(failure.metadata).fieldViolations, [
    { field: 'extra_args', description: 'has more than 256 entries' },
  ]);
  assert.equal(drives.length, 0);
  await callDriver(client, aRequest({ extra_args: entries(256) }));
  assert.equal(drives.length, 1);
});

/** What a caller may write who has no contract to keep to. */
const manyFields: readonly { name: string; bytes: Buffer; status: number }[] = [
  {
    name: 'a million unknown fields',
    bytes: Buffer.alloc(2_000_000, Buffer.from([0x98, 0x06, 0x01])),
    status: 3,
  },
  { name: 'a million empty workflows', bytes: Buffer.alloc(2_000_000, Buffer.from([0x12, 0x00])), status: 3 },
  {
    name: 'a workflow of a million empty names',
    bytes: Buffer.concat([
      Buffer.from([0x12, 0x80, 0x89, 0x7a]),
      Buffer.alloc(2_000_000, Buffer.from([0x0a, 0x00])),
    ]),
    status: 3,
  },
  { name: 'groups inside groups without an end', bytes: Buffer.alloc(2_000_000, 0x0b), status: 3 },
  {
    name: 'a field that is longer than the message',
    bytes: Buffer.from([0x0a, 0xff, 0xff, 0x03]),
    status: 3,
  },
];
for (const { name, bytes, status } of manyFields) {
  test(`${name} are INVALID_ARGUMENT before anything of it is decoded`, async (t) => {
    const { address, drives } = await startServer(t, answer);
    const call = connectRaw(t, address).open();
    call.stream.end(frame(bytes));
    assert.equal(await call.status, status);
    assert.equal(drives.length, 0);
  });
}

/** A caller's bytes that cannot be decoded, by where that shows. */
const undecodable: readonly { name: string; bytes: Buffer }[] = [
  { name: 'a text that is written as a number', bytes: Buffer.from([0x09, 1, 2, 3, 4, 5, 6, 7, 8]) },
  { name: 'a wire type that does not exist', bytes: Buffer.from([0x0f, 0x01]) },
  { name: 'a field without its end', bytes: Buffer.from([0x0a, 0x7f, 0x61]) },
];
for (const { name, bytes } of undecodable) {
  test(`${name} is the caller's fault: INVALID_ARGUMENT, and no error in the log`, async (t) => {
    const { address, drives, lines } = await startServer(t, answer);
    const call = connectRaw(t, address).open();
    call.stream.end(frame(bytes));
    assert.equal(await call.status, grpcStatus.INVALID_ARGUMENT);
    await until(() => lines.some(({ message }) => message === 'did not drive'));
    assert.deepEqual(
      lines.filter(({ level }) => level === 'error'),
      [],
    );
    assert.equal(drives.length, 0);
  });
}

test('a request that inflates beyond MAX_MESSAGE_BYTES is refused and drives nothing', async (t) => {
  const { address, drives } = await startServer(t, answer);
  const raw = connectRaw(t, address);
  const bomb = gzipSync(Buffer.alloc(1 << 30));
  assert.ok(bomb.length < 4 << 20);
  const call = raw.open({ 'grpc-encoding': 'gzip' });
  call.stream.end(frame(bomb, true));
  assert.equal(await call.status, grpcStatus.RESOURCE_EXHAUSTED);
  assert.equal(drives.length, 0);
  const good = raw.open({ 'grpc-encoding': 'gzip' });
  good.stream.end(frame(gzipSync(serialize(aRequest())), true));
  assert.equal(await good.status, grpcStatus.OK);
});

test('only a few requests are read at once, the next one when one of them has come or gone', async (t) => {
  const { address, client, drives } = await startServer(t, answer);
  const raw = connectRaw(t, address);
  const halves = Array.from({ length: readingSlots }, () => {
    const { stream } = raw.open();
    stream.write(frame(serialize(aRequest())).subarray(0, 10));
    return stream;
  });
  await checkHealth(t, address, '');
  let answered = false;
  const waiting = callDriver(client, aRequest()).then(() => {
    answered = true;
  });
  // Health is asked on another connection and is not held up.
  await checkHealth(t, address, '');
  assert.deepEqual([answered, drives.length], [false, 0]);
  halves[0]?.close();
  await waiting;
  assert.equal(drives.length, 1);
});

const noRequests: readonly { name: string; bytes: Buffer }[] = [
  { name: 'no request', bytes: Buffer.alloc(0) },
  { name: 'half a request', bytes: frame(serialize(aRequest())).subarray(0, -1) },
  {
    name: 'two requests',
    bytes: Buffer.concat([frame(serialize(aRequest())), frame(serialize(aRequest()))]),
  },
];
for (const { name, bytes } of noRequests) {
  test(`calls that end with ${name} give their places up, and others are driven after them`, async (t) => {
    const { address, client, drives } = await startServer(t, answer);
    const raw = connectRaw(t, address);
    const ended = Array.from({ length: 2 * readingSlots }, () => {
      const call = raw.open();
      call.stream.end(bytes);
      return call.status;
    });
    assert.deepEqual(
      await Promise.all(ended),
      ended.map(() => grpcStatus.UNIMPLEMENTED),
    );
    assert.equal(drives.length, 0);
    await callDriver(client, aRequest(), { deadline: Date.now() + 8_000 });
    assert.equal(drives.length, 1);
  });
}

test('a request that does not arrive in time gives its place up and hears that nothing was driven', async (t) => {
  const { address, drives, client } = await startServer(t, answer, { readTimeoutMs: 100 });
  const raw = connectRaw(t, address);
  const silent = Array.from({ length: 3 * readingSlots }, () => raw.open());
  for (const { status } of silent) {
    assert.equal(await status, grpcStatus.UNAVAILABLE);
  }
  assert.equal(drives.length, 0);
  await callDriver(client, aRequest());
});

test('a request is read before those that a connection of many silent calls has waiting', async (t) => {
  const { address, drives, client, state } = await startServer(t, answer, { readTimeoutMs: 300 });
  const raw = connectRaw(t, address);
  const silent = Array.from({ length: 5 * readingSlots }, () => raw.open());
  let ended = 0;
  for (const { status } of silent) {
    void status.then(() => {
      ended += 1;
    });
  }
  await until(() => state().openCalls === silent.length);
  await callDriver(client, aRequest());
  assert.equal(drives.length, 1);
  assert.ok(ended < silent.length / 2, `${ended} of ${silent.length} silent calls had ended before`);
});

test('a connection may have so many streams as the server says, health beside them', async (t) => {
  const { address } = await startServer(t, answer);
  const { session } = connectRaw(t, address);
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  assert.equal(session.remoteSettings.maxConcurrentStreams, maxStreamsPerConnection);
});

test('beyond the calls that may be open the next one is refused with a RetryInfo', async (t) => {
  const gate = createGate();
  const { address, drives } = await startServer(t, async () => {
    await gate.opened;
    return { response: {} };
  });
  const clients = Array.from({ length: 2 + maxOpenCalls / maxStreamsPerConnection }, () =>
    connectRaw(t, address),
  );
  const message = frame(serialize(aRequest()));
  const calls = Array.from({ length: maxOpenCalls }, (_, index) => {
    const call = clients[Math.floor(index / maxStreamsPerConnection)]?.open();
    call?.stream.end(message);
    return call?.status;
  });
  const last = createTestClient(address);
  t.after(() => last.close());
  let failure = await failureOf(callDriver(last, aRequest(), { deadline: Date.now() + 300 }));
  while (failure.code === grpcStatus.DEADLINE_EXCEEDED) {
    failure = await failureOf(callDriver(last, aRequest(), { deadline: Date.now() + 300 }));
  }
  assert.equal(failure.code, grpcStatus.RESOURCE_EXHAUSTED);
  const { errorInfo, retryDelayMs } = readStatusDetails(failure.metadata);
  assert.deepEqual([errorInfo?.reason, errorInfo?.metadata['retry']], ['QUEUE_FULL', 'safe']);
  assert.equal(retryDelayMs, 5_000);
  await checkHealth(t, address, '');
  gate.open();
  await until(() => drives.length === 1);
  assert.deepEqual(new Set(await Promise.all(calls)), new Set([grpcStatus.OK]));
});

const large = aRequest({ extra_args: { unknown: 'x'.repeat(4_100_000) } });
/** Repeats of it that may wait at once. */
const fittingRepeats = Math.floor(maxRepeatBytes / 4_100_000);

test('repeats that wait hold 32 MiB at the most; the next one is told to come again, and nothing is lost', async (t) => {
  const gate = createGate();
  const { client, drives } = await startServer(t, async () => {
    await gate.opened;
    return { response: { execution_id: '7' } };
  });
  const first = callDriver(client, large);
  await until(() => drives.length === 1);
  const refused: string[] = [];
  const repeats = Array.from({ length: fittingRepeats + 1 }, () =>
    callDriver(client, large).catch((failure) => {
      const { errorInfo, retryDelayMs } = readStatusDetails(failure.metadata);
      assert.equal(failure.code, grpcStatus.UNAVAILABLE);
      // With either of them a client would take that nothing was driven.
      assert.deepEqual([errorInfo, retryDelayMs], [undefined, undefined]);
      refused.push(failure.details);
    }),
  );

  await until(() => refused.length === 1);
  gate.open();

  const answers = await Promise.all([first, ...repeats]);
  assert.deepEqual(refused, [
    'its driver runs, and too many large requests wait for drivers that run already: ask again',
  ]);
  const given = answers.filter((answer) => answer !== undefined).map(({ execution_id }) => execution_id);
  assert.deepEqual(given, Array(1 + fittingRepeats).fill('7'));
  // What waited has gone, and its bytes with it.
  assert.equal((await callDriver(client, large)).execution_id, '7');
  assert.equal(drives.length, 1);
});

test('repeats whose callers have gone make room for others, although the driver still runs', async (t) => {
  const gate = createGate();
  let joined = 0;
  const drive = async () => {
    await gate.opened;
    return { response: { execution_id: '7' } };
  };
  const repeated = () => {
    joined += 1;
  };
  const measures = { ...noMeasures, repeated };
  const { address, client, drives } = await startServer(t, drive, { measures });
  const first = callDriver(client, large);
  await until(() => drives.length === 1);
  const { session, open } = connectRaw(t, address);
  for (let repeat = 0; repeat < fittingRepeats; repeat += 1) {
    open().stream.end(frame(serialize(large)));
  }
  await until(() => joined === fittingRepeats);
  assert.equal((await failureOf(callDriver(client, large))).code, grpcStatus.UNAVAILABLE);

  session.destroy();

  const askUntilAnswered = (): ReturnType<typeof callDriver> =>
    callDriver(client, large).catch(() => askUntilAnswered());
  const next = askUntilAnswered();
  await until(() => joined === fittingRepeats + 1);
  gate.open();
  const answers = await Promise.all([first, next]);
  assert.deepEqual(
    answers.map(({ execution_id }) => execution_id),
    ['7', '7'],
  );
  assert.equal(drives.length, 1);
});

test('answers that nobody reads are 64 MiB at the most; whoever asks again for another one gets it', async (t) => {
  const patch = 'x'.repeat(1 << 20);
  const { address, client, drives, lines } = await startServer(t, async () => ({
    response: { pod_spec_patch: patch },
  }));
  const { session, open } = connectRaw(t, address, { initialWindowSize: 0 });
  const message = frame(serialize(aRequest()));
  const fitting = Math.floor(maxUnreadBytes / (patch.length + 100));
  const statuses: number[] = [];
  const calls = Array.from({ length: fitting + 17 }, async () => {
    const { stream, status } = open();
    stream.end(message);
    statuses.push(await status);
  });

  await until(() => statuses.length === calls.length - fitting);

  assert.deepEqual(statuses, Array(17).fill(grpcStatus.UNAVAILABLE));
  const refused = await failureOf(callDriver(client, aRequest()));
  assert.deepEqual(
    [refused.code, refused.details],
    [
      grpcStatus.UNAVAILABLE,
      'the driver has answered, but too many answers before this one have not been read: ask again',
    ],
  );
  const unread = lines.filter(({ facts }) => facts.status === 'UNAVAILABLE');
  assert.deepEqual(
    unread.map(({ message, facts }) => [message, facts.bytesOut, facts.reason]),
    Array(18).fill(['drove', 0, 'too many answers before this one have not been read']),
  );
  session.destroy();
  await until(() =>
    callDriver(client, aRequest()).then(
      ({ pod_spec_patch }) => pod_spec_patch === patch,
      () => false,
    ),
  );
  assert.equal(drives.length, 1);
});

test('MAX_QUEUE_BYTES counts the whole request, what the driver is not given too', async (t) => {
  const { connect } = await startServerProgram(t, {
    env: { MAX_PROGRAMS: '1', MAX_QUEUE_BYTES: '2000000' },
    fake: { FAKE_DRIVER_DELAY_MS: '1000' },
  });
  const client = connect();
  const large = (name: string) =>
    containerRequest({ request_id: name, extra_args: { unknown: 'x'.repeat(1_500_000) } });
  const calls = ['a', 'b', 'c'].map((name) => callDriver(client, large(name)));
  const results = await Promise.allSettled(calls);
  const refused = results.filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 1);
  assert.match(
    String(refused[0]?.status === 'rejected' && refused[0].reason),
    /1 drivers run and 1 calls wait/,
  );
});
