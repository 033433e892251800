import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startOwnSidecar } from '../../src/play/own-programs.js';

/** Stand-ins for the two programs: they say where they listen, write down what they were given, and obey SIGTERM. */
const program = `
import { readFileSync, writeFileSync } from 'node:fs';
const [command, ...args] = process.argv.slice(2);
const note = command + '.started';
const { SERVER_PORT, DRIVER_HOST, DRIVER_PORT, TOKEN_PATH, ADMIN_PORT } = process.env;
const token = TOKEN_PATH === undefined ? undefined : readFileSync(TOKEN_PATH, 'utf8');
const facts = { args, SERVER_PORT, DRIVER_HOST, DRIVER_PORT, TOKEN_PATH, ADMIN_PORT, token };
process.chdir(import.meta.dirname);
writeFileSync(note, JSON.stringify(facts));
process.on('SIGTERM', () => { writeFileSync(command + '.stopped', ''); process.exit(0); });
const addresses = { serve: 'http://127.0.0.1:4001', 'dev-driver': '127.0.0.1:4002' };
console.log('no JSON');
console.log(JSON.stringify({ level: 'info', message: 'listening', address: addresses[command] }));
setInterval(() => undefined, 1000);
`;

let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-programs-test-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'main.js'), program);
});

after(() => rm(folder, { recursive: true, force: true }));

const factsOf = async (name: string) => JSON.parse(await readFile(join(folder, `${name}.started`), 'utf8'));

describe('Programs of its own', () => {
  it('are started with what they need, and stopped', async () => {
    process.env['ADMIN_PORT'] = '9999';
    const sidecar = await startOwnSidecar({
      program: join(folder, 'main.js'),
      devDriverArgs: ['--seed', '7'],
    });
    delete process.env['ADMIN_PORT'];
    const driver = await factsOf('dev-driver');
    const { TOKEN_PATH, ...facts } = await factsOf('serve');
    const wasThere = existsSync(TOKEN_PATH);
    await sidecar.stop();
    assert.equal(sidecar.address, 'http://127.0.0.1:4001');
    assert.deepEqual(driver.args, ['--port', '0', '--seed', '7']);
    assert.deepEqual(facts, {
      args: [],
      SERVER_PORT: '0',
      DRIVER_HOST: '127.0.0.1',
      DRIVER_PORT: '4002',
      token: sidecar.token,
    });
    assert.deepEqual({ wasThere, isThere: existsSync(TOKEN_PATH) }, { wasThere: true, isThere: false });
    assert.ok(existsSync(join(folder, 'serve.stopped')));
    assert.ok(existsSync(join(folder, 'dev-driver.stopped')));
  });

  it('leave the driver alone where one is named', async () => {
    await rm(join(folder, 'dev-driver.started'), { force: true });
    const sidecar = await startOwnSidecar({
      program: join(folder, 'main.js'),
      driver: { host: 'driver.test', port: '77' },
    });
    const { DRIVER_HOST, DRIVER_PORT } = await factsOf('serve');
    await sidecar.stop();
    assert.deepEqual({ DRIVER_HOST, DRIVER_PORT }, { DRIVER_HOST: 'driver.test', DRIVER_PORT: '77' });
    assert.equal(existsSync(join(folder, 'dev-driver.started')), false);
  });

  it('that end before they listen are reported with their last words', async () => {
    const broken = join(folder, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'package.json'), '{"type":"module"}');
    await writeFile(
      join(broken, 'main.js'),
      `console.error('TIMEOUT_SECONDS is no number'); process.exit(78);`,
    );
    await assert.rejects(
      startOwnSidecar({ program: join(broken, 'main.js'), driver: { host: 'h', port: '1' } }),
      {
        message: 'the sidecar ended with code 78; its last words: TIMEOUT_SECONDS is no number',
      },
    );
  });
});
