import { type OptionsOf, option, switchOption } from '../common/options.js';
import { anyText, matching, optional, type Reader, wholeNumber } from '../common/settings.js';
import type { ChosenMetadata } from './walk/play-files.js';

const text = (form: string) => optional(anyText(form));

/** The options of `driver-plugin play`. */
export const playOptions = {
  address: option(
    '--address',
    'URL',
    'a sidecar that listens there, else one is started',
    optional(matching(/^http:\/\/./, 'a URL like http://127.0.0.1:2948')),
    '',
  ),
  tokenFile: option('--token-file', 'FILE', 'the token of that sidecar', text('a path'), ''),
  driver: option(
    '--driver',
    'HOST:PORT',
    'the driver of a sidecar that is started, else a dev-driver is started, too',
    optional(matching(/^.+:\d+$/, 'HOST:PORT')),
    '',
  ),
  name: option(
    '--name',
    'NAME',
    "the workflow's name, else the file's, completed at random",
    text('a name'),
    '',
  ),
  namespace: option(
    '--namespace',
    'NAMESPACE',
    "the workflow's namespace, else the file's, or kubeflow",
    text('a namespace'),
    '',
  ),
  uid: option('--uid', 'UID', "the workflow's uid, else made up", text('a uid'), ''),
  created: option('--created', 'TIME', 'its creation time, else now', optional(time()), ''),
  json: switchOption('--json', 'print one JSON document instead of the tree'),
  html: option(
    '--html',
    'FILE',
    'write one page with the run, its arguments and its outputs',
    text('a path'),
    '',
  ),
  parallel: option('--parallel', 'N', 'how many files are played side by side', wholeNumber(1, 9999), '4'),
};

export type PlayOptions = OptionsOf<typeof playOptions>;

/** A sidecar that listens already, or one to start (with a dev-driver, unless a driver is named). */
export type PluginChoice =
  | { readonly kind: 'running'; readonly address: string; readonly tokenFile: string }
  | { readonly kind: 'own'; readonly driver?: { readonly host: string; readonly port: string } };

/** Faults that no option has alone. */
export function checkPlayOptions(options: PlayOptions, files: readonly string[]): string[] {
  const { address, tokenFile, driver, name, uid } = options;
  const checks: readonly (readonly [boolean, string])[] = [
    [files.length === 0, 'name at least one FILE: see --help'],
    [(address === undefined) !== (tokenFile === undefined), '--address and --token-file belong together'],
    [
      address !== undefined && driver !== undefined,
      '--driver is for a sidecar that is started, not for --address',
    ],
    [files.length > 1 && (name ?? uid) !== undefined, '--name and --uid are for one FILE'],
  ];
  return checks.filter(([isFault]) => isFault).map(([, sentence]) => sentence);
}

/** Which sidecar the options ask for. */
export function choosePlugin({ address, tokenFile, driver }: PlayOptions): PluginChoice {
  if (address !== undefined && tokenFile !== undefined) {
    return { kind: 'running', address, tokenFile };
  }
  if (driver === undefined) {
    return { kind: 'own' };
  }
  const colon = driver.lastIndexOf(':');
  return { kind: 'own', driver: { host: driver.slice(0, colon), port: driver.slice(colon + 1) } };
}

/** What the options say of the workflow's metadata. */
export function chooseMetadata({ name, namespace, uid, created }: PlayOptions): ChosenMetadata {
  return {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(created !== undefined && { created }),
  };
}

function time(): Reader<string> {
  return {
    form: 'a time like 2026-01-31T12:00:00Z',
    parse: (value) => (Number.isNaN(Date.parse(value)) ? undefined : { value }),
  };
}
