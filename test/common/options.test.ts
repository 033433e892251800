import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommand } from '../../src/common/command-line.js';
import { option, repeatableOption, switchOption } from '../../src/common/options.js';
import { anyText, optional, port, setting, wholeNumber } from '../../src/common/settings.js';

const program = {
  name: 'a-program',
  purpose: 'is read',
  example: 'a-program --count 1',
  operands: 'FILE...',
  notes: ['A note.', 'And another.'],
  options: {
    count: option('--count', 'N', 'how many', wholeNumber(1, 9)),
    file: option('--file', 'FILE', 'a file', optional(anyText('a path')), ''),
    loud: switchOption('--loud', 'be loud'),
    near: repeatableOption('--near', 'PORT', 'what is near', port(), '1'),
  },
  settings: { port: setting('PORT', 'where', port(), '80') },
  checkOptions: ({ count }: { readonly count: number }, operands: readonly string[]) =>
    operands.length > count ? ['too many'] : [],
};
const read = (args: readonly string[], env = {}) => readCommand(program, args, env);

test('options, operands and settings are read, whatever their order', () => {
  const command = read(['one', '--loud', '--count=3', '--file', '-', '--', '--two'], { PORT: '1' });
  assert.deepEqual(command, {
    kind: 'run',
    options: { count: 3, file: '-', loud: true, near: [1] },
    operands: ['one', '--two'],
    settings: { port: 1 },
  });
});

test('what is left out has its default', () => {
  const command = read(['--count', '1']);
  const expected = { count: 1, file: undefined, loud: false, near: [1] };
  assert.deepEqual(command.kind === 'run' && command.options, expected);
});

test('a repeatable option is the list of its values, any other one is its last value', () => {
  const command = read(['--count=1', '--near=7', '--near', '8', '--count=2', '--near=7']);
  const expected = { count: 2, file: undefined, loud: false, near: [7, 8, 7] };
  assert.deepEqual(command.kind === 'run' && command.options, expected);
});

const refused = [
  { args: [], fault: '--count is not set: set it to a whole number from 1 to 9 (how many)' },
  { args: ['--count', '10'], fault: '--count must be a whole number from 1 to 9, not "10"' },
  { args: ['--count=1', '-x'], fault: '-x is unknown: see --help' },
  { args: ['--count=1', '--file'], fault: '--file needs a value: see --help' },
  { args: ['--count=1', '--file', '--loud'], fault: '--file needs a value: see --help' },
  { args: ['--count=1', '--loud=yes'], fault: '--loud takes no value' },
  {
    args: ['--count=1', '--near=1', '--near=x'],
    fault: '--near must be a whole number from 0 to 65535, not "x"',
  },
  { args: ['--count=1', 'a', 'b'], fault: 'too many' },
];
for (const { args, fault } of refused) {
  test(`"${args.join(' ')}" is bad usage: ${fault}`, () => {
    const stderr = `a-program cannot start:\n  - ${fault}\n`;
    assert.deepEqual(read(args), { kind: 'exit', exitCode: 2, stdout: '', stderr });
  });
}

test('a bad setting alone is a bad configuration, beside bad usage it is told with it', () => {
  const fault = 'PORT must be a whole number from 0 to 65535, not "x"';
  const alone = read(['--count=1'], { PORT: 'x' });
  assert.deepEqual(alone, {
    kind: 'exit',
    exitCode: 78,
    stdout: '',
    stderr: `a-program cannot start:\n  - ${fault}\n`,
  });
  const both = read(['--count=0'], { PORT: 'x' });
  assert.equal(both.kind === 'exit' && both.exitCode, 2);
  assert.ok(both.kind === 'exit' && both.stderr.includes('--count') && both.stderr.includes(fault));
});

test('--help wins over every fault and shows options, settings and the example', () => {
  const command = read(['--help', '--nonsense'], { PORT: 'x' });
  const text = command.kind === 'exit' ? command.stdout : '';
  assert.equal(command.kind === 'exit' && command.exitCode, 0);
  for (const line of [
    /^Usage: a-program \[OPTIONS\] FILE\.\.\.$/m,
    /^ {2}--count N {4}\(required\) {2}how many: a whole number from 1 to 9$/m,
    /^ {2}--loud +be loud$/m,
    /^ {2}--near PORT +1 +what is near, repeatable: a whole number/m,
    /\n\nA note\.\nAnd another\.\n\nExample:\n/,
    /^ {2}PORT {2}80 {2}where: a whole number/m,
    /^Example:\n {2}a-program --count 1\n$/m,
  ]) {
    assert.match(text, line);
  }
});
