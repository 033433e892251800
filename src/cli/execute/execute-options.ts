import { randomUUID } from 'node:crypto';
import { readableFile } from '../../common/is-readable.js';
import { type OptionsOf, option, switchOption } from '../../common/options.js';
import { anyText, day, optional, type Reader, seconds } from '../../common/settings.js';
import { parseDriverTarget } from '../../driver/driver-target.js';

const optionalText = (form: string) => optional(anyText(form));

/** The options of `driver-plugin execute`. */
export const executeOptions = {
  driver: option('--driver', 'HOST:PORT', 'the driver server, also with grpcs:// before it', target()),
  tokenFile: option('--token-file', 'FILE', 'bearer token for it', optional(readableFile()), ''),
  tls: switchOption('--tls', 'use TLS, where --driver has no grpcs://'),
  ca: option(
    '--ca',
    'FILE',
    "CA of the server's certificate, else the system's",
    optional(readableFile()),
    '',
  ),
  cert: option('--cert', 'FILE', 'client certificate (mTLS)', optional(readableFile()), ''),
  key: option('--key', 'FILE', 'its key', optional(readableFile()), ''),
  serverName: option(
    '--server-name',
    'NAME',
    "name in the server's certificate, where it is not the host",
    optionalText('a name'),
    '',
  ),
  timeoutMs: option('--timeout', 'SECONDS', 'deadline of the call', seconds(0.001, day), '120'),
  requestId: option(
    '--request-id',
    'ID',
    'repeat an earlier request instead of driving anew',
    optionalText('a request_id'),
    '',
  ),
  name: option('--name', 'NAME', "the workflow's name, for a template alone", anyText('a name'), 'execute'),
  namespace: option('--namespace', 'NAMESPACE', 'its namespace', anyText('a namespace'), 'kubeflow'),
  uid: option('--uid', 'UID', 'its uid, else made up', optionalText('a uid'), ''),
  json: switchOption('--json', "print Argo's reply as JSON"),
};

export type ExecuteOptions = OptionsOf<typeof executeOptions>;

/** Faults that no option has alone. */
export function checkExecuteOptions({ cert, key }: ExecuteOptions, files: readonly string[]): string[] {
  const checks: readonly (readonly [boolean, string])[] = [
    [files.length !== 1, 'name one FILE with the request, or - for stdin: see --help'],
    [(cert === undefined) !== (key === undefined), '--cert and --key belong together'],
  ];
  return checks.filter(([isFault]) => isFault).map(([, sentence]) => sentence);
}

/** The workflow of a template that comes without one. */
export function workflowOf({ name, namespace, uid = randomUUID() }: ExecuteOptions) {
  return { name, namespace, uid };
}

function target(): Reader<string> {
  return {
    form: 'a host, host:port, a URL with grpc:// or grpcs://, or a gRPC target',
    parse: (value) => (parseDriverTarget(value, 9000) === undefined ? undefined : { value }),
  };
}
