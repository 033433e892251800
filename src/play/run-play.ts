import { open, readFile } from 'node:fs/promises';
import { errorText } from '../common/error-text.js';
import { exitCodes } from '../common/exit-codes.js';
import { createPluginClient } from './agent/plugin-client.js';
import { type OwnSidecarOptions, startOwnSidecar } from './own-programs.js';
import type { PluginChoice } from './play-options.js';
import { createLiveTree } from './report/live-tree.js';
import { makePage } from './report/make-page.js';
import { makeReport } from './report/make-report.js';
import { createReasonPrinter } from './report/reason-printer.js';
import { spareDriverPods } from './report/spare-driver-pods.js';
import { summarize } from './report/summarize.js';
import { createTreePrinter } from './report/tree-printer.js';
import { type PlayedFile, type PlayFilesOptions, type PlayListener, playFiles } from './walk/play-files.js';
import { serveWorkflows } from './walk/serve-workflows.js';

export interface RunPlayOptions extends PlayFilesOptions {
  readonly plugin: PluginChoice;
  readonly isJson: boolean;
  /** Where to write the page of the run. */
  readonly htmlFile: string | undefined;
  /** Path of the compiled driver-plugin, for the programs that are started. */
  readonly program: string;
  /** Options of the dev-driver, where one is started. */
  readonly devDriverArgs?: readonly string[];
  /** What else to say to people of the run, whole lines, before the summary. */
  readonly comment?: (played: readonly PlayedFile[]) => string;
}

interface Plugin {
  readonly address: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** Plays the files and reports on stdout, stderr and in the page. Resolves with the exit code. */
export async function runPlay(options: RunPlayOptions): Promise<number> {
  try {
    // First, so that a bad path is known before the run and not after it.
    const page = options.htmlFile === undefined ? undefined : await open(options.htmlFile, 'w');
    try {
      return await playAndReport(options, async (played) => await page?.writeFile(makePage(played)));
    } finally {
      await page?.close();
    }
  } catch (error) {
    process.stderr.write(`play: ${errorText(error)}\n`);
    return exitCodes.failed;
  }
}

async function playAndReport(
  options: RunPlayOptions,
  writePage: (played: readonly PlayedFile[]) => Promise<void>,
): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort());
  }
  const workflows = await serveWorkflows();
  const plugin = await openPlugin(options, workflows.url);
  const client = createPluginClient(plugin);
  const listener = createListener(options);
  try {
    const startedAtMs = performance.now();
    const files = { ...options, publish: workflows.put };
    const played = await playFiles(files, client.post, listener, interrupted.signal);
    listener.end();
    const summary = summarize(played, performance.now() - startedAtMs);
    process.stdout.write(
      options.isJson
        ? `${JSON.stringify(makeReport(played))}\n`
        : `${options.comment?.(played) ?? ''}${summary.line}\n${spareDriverPods(played)}\n`,
    );
    process.stderr.write(summary.warnings.map((warning) => `play: ${warning}\n`).join(''));
    await writePage(played);
    return summary.isGood ? exitCodes.ok : exitCodes.failed;
  } finally {
    listener.end();
    client.close();
    await plugin.stop();
    workflows.close();
  }
}

async function openPlugin(
  { plugin, program, devDriverArgs }: RunPlayOptions,
  kubernetesApi: string,
): Promise<Plugin> {
  if (plugin.kind === 'running') {
    const token = (await readFile(plugin.tokenFile, 'utf8')).trim();
    return { address: plugin.address, token, stop: async () => undefined };
  }
  const own: OwnSidecarOptions = {
    program,
    kubernetesApi,
    ...(plugin.driver !== undefined && { driver: plugin.driver }),
    ...(devDriverArgs !== undefined && { devDriverArgs }),
  };
  return await startOwnSidecar(own);
}

function createListener({ isJson, files }: RunPlayOptions): PlayListener {
  if (isJson) {
    return createReasonPrinter(process.stderr);
  }
  if (process.stdout.isTTY === true && process.env['TERM'] !== 'dumb') {
    return createLiveTree(process.stdout);
  }
  return createTreePrinter({ output: process.stdout, files: files.length });
}
