import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const pathOf = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));
const certificate = {
  SERVER_TLS_CERT: pathOf('test/support/certificates/server.pem'),
  SERVER_TLS_KEY: pathOf('test/support/certificates/server.key'),
};

/** What Prometheus would read of a real server and a real webhook, without what its client adds of Node.js. */
export async function scrapeBoth(): Promise<string> {
  const server = { ...certificate, ENGINE: 'memory', NAMESPACE: 'kubeflow', ALLOW_UNAUTHENTICATED: 'true' };
  const scrapes = [
    await scrape([pathOf('dist/src/server/main.js')], server),
    await scrape([pathOf('dist/src/main.js'), 'webhook'], certificate),
  ];
  return scrapes.map(ownLines).join('');
}

async function scrape(command: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, command, {
    env: { ...env, SERVER_HOST: '127.0.0.1', SERVER_PORT: '0', ADMIN_HOST: '127.0.0.1', ADMIN_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const response = await fetch(`${await adminAddress(child.stdout)}/metrics`);
    return await response.text();
  } finally {
    child.kill('SIGKILL');
  }
}

async function adminAddress(log: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(log)) {
    const { message, adminAddress: address } = JSON.parse(line);
    if (message === 'listening') {
      return address;
    }
  }
  throw new Error('the program ended before it listened');
}

function ownLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => /^(# \w+ )?driver_plugin_/.test(line))
    .map((line) => `${line}\n`)
    .join('');
}
