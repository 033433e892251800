#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../common/error-text.js';
import { createPluginClient } from './agent/plugin-client.js';
import { startOwnSidecar } from './own-programs.js';
import { type PlayOptions, playHelp, readPlayOptions } from './play-options.js';
import { makeReport } from './report/make-report.js';
import { summarize } from './report/summarize.js';
import { createTreePrinter } from './report/tree-printer.js';
import { type PlayListener, playFiles } from './walk/play-files.js';
import { serveWorkflows } from './walk/serve-workflows.js';

interface Plugin {
  readonly address: string;
  readonly token: string;
  stop(): Promise<void>;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: PlayOptions | undefined;
  try {
    options = readPlayOptions(args);
  } catch (error) {
    process.stderr.write(`play: ${errorText(error)}\n`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(playHelp);
    return 0;
  }
  try {
    return await play(options);
  } catch (error) {
    process.stderr.write(`play: ${errorText(error)}\n`);
    return 1;
  }
}

async function play(options: PlayOptions): Promise<number> {
  const interrupted = new AbortController();
  setMaxListeners(0, interrupted.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort());
  }
  const workflows = await serveWorkflows();
  const plugin = await openPlugin(options, workflows.url);
  const client = createPluginClient(plugin);
  try {
    const startedAtMs = performance.now();
    const played = await playFiles(
      { ...options, publish: workflows.put },
      client.post,
      createListener(options),
      interrupted.signal,
    );
    const summary = summarize(played, performance.now() - startedAtMs);
    process.stdout.write(
      options.isJson ? `${JSON.stringify(makeReport(played))}\n` : `${clearLine()}${summary.line}\n`,
    );
    process.stderr.write(summary.warnings.map((warning) => `play: ${warning}\n`).join(''));
    return summary.isGood ? 0 : 1;
  } finally {
    client.close();
    await plugin.stop();
    workflows.close();
  }
}

async function openPlugin({ plugin }: PlayOptions, kubernetesApi: string): Promise<Plugin> {
  if (plugin.kind === 'running') {
    const token = (await readFile(plugin.tokenFile, 'utf8')).trim();
    return { address: plugin.address, token, stop: async () => undefined };
  }
  return await startOwnSidecar({
    programFolder: join(import.meta.dirname, '..'),
    kubernetesApi,
    ...(plugin.driver === undefined ? {} : { driver: plugin.driver }),
  });
}

function createListener({ isJson, files }: PlayOptions): PlayListener {
  if (!isJson) {
    return createTreePrinter({
      output: process.stdout,
      isTerminal: process.stdout.isTTY === true,
      files: files.length,
    });
  }
  return {
    onNode: () => undefined,
    onPlayed: (played) => {
      const reason = 'refusal' in played ? played.refusal : played.walk.message;
      if (reason !== '') {
        process.stderr.write(`play: ${played.file}: ${reason}\n`);
      }
    },
  };
}

function clearLine(): string {
  return process.stdout.isTTY === true ? '\r\x1b[2K' : '';
}
