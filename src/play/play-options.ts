import { parseArgs } from 'node:util';
import type { PlayFilesOptions } from './walk/play-files.js';

export interface PlayOptions extends PlayFilesOptions {
  readonly plugin: PluginChoice;
  readonly isJson: boolean;
}

/** A sidecar that listens already, or one to start (with a dev-driver, unless a driver is named). */
export type PluginChoice =
  | { readonly kind: 'running'; readonly address: string; readonly tokenFile: string }
  | { readonly kind: 'own'; readonly driver?: { readonly host: string; readonly port: string } };

const defaultParallel = 4;

export const playHelp = `Plays compiled Argo workflows against a driver-plugin sidecar, as Argo's controller and agent would.

Usage: npm run play -- [options] FILE...

  --address URL        a sidecar that listens there (else one is started)
  --token-file FILE    the token of that sidecar
  --driver HOST:PORT   the driver of a sidecar that is started (else a dev-driver is started, too)
  --name NAME          the workflow's name        (else from the file, completed at random; one FILE only)
  --namespace NAME     the workflow's namespace   (else from the file, or kubeflow)
  --uid UID            the workflow's uid         (else made up; one FILE only)
  --created TIME       its creation time, RFC 3339 (else now)
  --json               print one JSON document instead of the tree
  --parallel N         how many files are played side by side (${defaultParallel})
  --help               print this text

Plugin templates are POSTed, pods are not run. The exit code is 0 when every workflow Succeeded and every plugin
node has all its declared outputs, 1 when not, 2 when the options are wrong.
`;

/** Undefined when help is asked for. Throws an Error that lists every fault. */
export function readPlayOptions(args: readonly string[]): PlayOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      address: { type: 'string' },
      'token-file': { type: 'string' },
      driver: { type: 'string' },
      name: { type: 'string' },
      namespace: { type: 'string' },
      uid: { type: 'string' },
      created: { type: 'string' },
      json: { type: 'boolean', default: false },
      parallel: { type: 'string', default: String(defaultParallel) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  const faults = findFaults(values, positionals.length);
  if (faults.length > 0) {
    throw new Error(faults.join('; '));
  }
  const { name, namespace, uid, created } = values;
  return {
    files: positionals,
    plugin: choosePlugin(values),
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(created === undefined ? {} : { created }),
    },
    isJson: values.json,
    parallel: Number(values.parallel),
  };
}

interface Values {
  readonly address?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly driver?: string | undefined;
  readonly name?: string | undefined;
  readonly uid?: string | undefined;
  readonly created?: string | undefined;
  readonly parallel: string;
}

function findFaults(values: Values, files: number): string[] {
  const { address, driver, created } = values;
  const checks: readonly (readonly [boolean, string])[] = [
    [files === 0, 'name at least one FILE (--help tells more)'],
    [
      (address === undefined) !== (values['token-file'] === undefined),
      '--address and --token-file belong together',
    ],
    [
      address !== undefined && !/^http:\/\/./.test(address),
      '--address takes a URL like http://127.0.0.1:2948',
    ],
    [
      address !== undefined && driver !== undefined,
      '--driver is for a sidecar that is started, not for --address',
    ],
    [driver !== undefined && !/^.+:\d+$/.test(driver), '--driver takes HOST:PORT'],
    [files > 1 && (values.name ?? values.uid) !== undefined, '--name and --uid are for one FILE'],
    [
      created !== undefined && Number.isNaN(Date.parse(created)),
      '--created takes a time like 2026-01-31T12:00:00Z',
    ],
    [!/^[1-9]\d{0,3}$/.test(values.parallel), '--parallel takes a whole number from 1 to 9999'],
  ];
  return checks.filter(([isFault]) => isFault).map(([, sentence]) => sentence);
}

function choosePlugin({ address, 'token-file': tokenFile, driver }: Values): PluginChoice {
  if (address !== undefined && tokenFile !== undefined) {
    return { kind: 'running', address, tokenFile };
  }
  if (driver === undefined) {
    return { kind: 'own' };
  }
  const colon = driver.lastIndexOf(':');
  return { kind: 'own', driver: { host: driver.slice(0, colon), port: driver.slice(colon + 1) } };
}
