import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const loggerFile = new URL('../../src/common/logger.js', import.meta.url).href;

/** What a process of its own writes that runs this with a logger. */
async function outputOf(code: string): Promise<string[]> {
  const script = `import { createLogger } from '${loggerFile}'; const logger = createLogger('info'); ${code}`;
  const ran = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]).catch(
    (failed: { stdout: string }) => failed,
  );
  return ran.stdout.split('\n').map((line) => line.slice(line.indexOf('"message"')));
}

const line = (message: string) => `"message":"${message}"}`;
const ends = [
  { name: 'process.exit', code: 'process.exit(1);' },
  { name: 'an error that nobody caught', code: "throw new Error('x');" },
  { name: 'nothing more to do', code: '' },
];
for (const { name, code } of ends) {
  test(`lines that wait for the end of the round are written when the process ends with ${name}`, async () => {
    const lines = await outputOf(`logger.info('first'); logger.info('second'); ${code}`);
    assert.deepEqual(
      lines.map((text) => text.replace(/,"timestamp":"[^"]*"/, '')),
      [line('first'), line('second'), ''],
    );
  });
}

test('lines of one round of the event loop are one write, and those of the next another', async () => {
  const [lines = ''] = await outputOf(`
    const { stdout } = process;
    const [write, lines] = [stdout.write.bind(stdout), []];
    stdout._write = (_chunk, _encoding, done) => done(void lines.push(1));
    stdout._writev = (chunks, done) => done(void lines.push(chunks.length));
    logger.info('a');
    logger.info('b');
    logger.info('c');
    setImmediate(() => {
      logger.info('d');
      setImmediate(() => {
        delete stdout._write;
        delete stdout._writev;
        write(JSON.stringify({ message: lines }));
      });
    });`);
  assert.equal(lines, '"message":[3,1]}');
});
