import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommand } from '../../../src/common/command-line.js';
import { devDriverFlags } from '../../../src/server/dev-driver/dev-driver-flags.js';

const program = { name: 'dev-driver', purpose: 'a fake', example: 'dev-driver', options: devDriverFlags };
const readDevDriverFlags = (args: readonly string[]) => readCommand(program, args, {});
type DevDriverCommand = ReturnType<typeof readDevDriverFlags>;

function flagsOf(command: DevDriverCommand) {
  return command.kind === 'run' ? command.options : assert.fail(command.stderr);
}

function exitOf(command: DevDriverCommand) {
  return command.kind === 'exit' ? command : assert.fail('it would run');
}

test('without flags it listens on the loopback and does nothing but answer', () => {
  const { delay, ...flags } = flagsOf(readDevDriverFlags([]));
  assert.equal(
    delay(() => 0.9),
    0,
  );
  assert.deepEqual(flags, {
    host: '127.0.0.1',
    port: 9_000,
    status: 'UNAVAILABLE',
    probability: 0,
    failFirst: 0,
    retryInfoMs: undefined,
    loseAnswers: 0,
    seed: 1,
    idsFile: undefined,
    extraOutputs: {},
    graceMs: 10_000,
    logLevel: 'info',
  });
});

test('flags take their value with = or as the next argument', () => {
  const flags = flagsOf(
    readDevDriverFlags([
      ...['--port', '0', '--status=ABORTED', '--probability', '.25', '--retry-info-ms=1500'],
      ...['--ids-file', '/tmp/ids', '--extra-outputs', '{"a":"b"}'],
    ]),
  );
  assert.deepEqual(
    [flags.port, flags.status, flags.probability, flags.retryInfoMs, flags.idsFile],
    [0, 'ABORTED', 0.25, 1_500, '/tmp/ids'],
  );
  assert.deepEqual(flags.extraOutputs, { a: 'b' });
});

const delays = [
  { text: '200', half: 200 },
  { text: 'uniform:10-200', half: 105 },
  { text: 'exp:50', half: 50 * Math.log(2) },
];
for (const { text, half } of delays) {
  test(`--delay-ms ${text} is ${Math.round(half)} ms in the middle`, () => {
    const { delay } = flagsOf(readDevDriverFlags(['--delay-ms', text]));
    assert.equal(
      delay(() => 0.5),
      half,
    );
  });
}

test('all faults are reported at once, with exit code 2', () => {
  const { exitCode, stderr, stdout } = exitOf(
    readDevDriverFlags([
      ...['--prot=1', 'stray', '--port', '65536', '--host=', '--probability', '1.5', '--status', 'OK'],
      ...['--extra-outputs', '{"a":1}', '--fail-first', '-1', '--log-level', 'loud', '--seed'],
    ]),
  );
  assert.equal(exitCode, 2);
  assert.equal(stdout, '');
  const named = [...stderr.matchAll(/^ {2}- "?(\S+?)"? /gm)].map(([, name]) => name);
  assert.deepEqual(named, [
    ...[
      '--prot',
      '--seed',
      'stray',
      '--port',
      '--status',
      '--probability',
      '--fail-first',
      '--extra-outputs',
    ],
    '--log-level',
  ]);
});

const badDelays = ['-1', 'uniform:5', 'uniform:9-5', 'exp:', 'exp:1-2', '1.5', 'fast', '3600001', 'normal:5'];
for (const text of badDelays) {
  test(`--delay-ms ${text} is refused`, () => {
    const { exitCode, stderr } = exitOf(readDevDriverFlags([`--delay-ms=${text}`]));
    assert.equal(exitCode, 2);
    assert.match(stderr, /--delay-ms must be/);
  });
}

test('--help lists every flag, --version the version', () => {
  const help = exitOf(readDevDriverFlags(['--help', '--bad']));
  assert.equal(help.exitCode, 0);
  for (const flag of ['--port', '--delay-ms', '--ids-file', '--lose-answers', '--retry-info-ms']) {
    assert.match(help.stdout, RegExp(`^ {2}${flag} `, 'm'));
  }
  assert.match(exitOf(readDevDriverFlags(['--version'])).stdout, /^dev-driver \d+\.\d+\.\d+\n$/);
});
