import {
  anyText,
  day,
  flag,
  gib,
  kib,
  mib,
  oneOf,
  optional,
  port,
  type Reader,
  type Setting,
  seconds,
  setting,
  wholeNumber,
} from '../common/settings.js';
import { parseDriverTarget } from '../driver/driver-target.js';
import { isUsableToken } from '../driver/usable-token.js';

const driverHost: Reader<string> = {
  form: 'a host, host:port, a URL with http://, https://, grpc:// or grpcs://, or a gRPC target (dns:, ipv4:, ipv6:, unix:)',
  parse: (value) => (parseDriverTarget(value, 1) === undefined ? undefined : { value }),
};
const token: Reader<string> = {
  form: 'a token of ASCII without blanks or line ends',
  parse: (value) => (isUsableToken(value) ? { value } : undefined),
};
const pem = optional(anyText('PEM text, or the path of a PEM file'));

/** Settings that say where the driver is and how to reach it. */
export const driverSettings = {
  driverHost: {
    ...setting('DRIVER_HOST', 'the kfp-driver-server', driverHost),
    // A URL with a password in it, which nobody should see.
    secret: (text: string) => text.includes('@'),
  },
  driverPort: setting('DRIVER_PORT', 'its port, where DRIVER_HOST names none', port(), '9000'),
  driverTls: setting('DRIVER_TLS', 'TLS for a target that has no https:// or grpcs://', flag(), 'false'),
  driverTlsCa: {
    ...setting('DRIVER_TLS_CA', "CA of the server's certificate, else the system's", pem, ''),
    secret: true,
  },
  driverTlsCert: { ...setting('DRIVER_TLS_CERT', 'client certificate (mTLS)', pem, ''), secret: true },
  driverTlsKey: { ...setting('DRIVER_TLS_KEY', 'its key', pem, ''), secret: true },
  driverTlsServerName: setting(
    'DRIVER_TLS_SERVER_NAME',
    "name in the server's certificate, where it is not the host",
    optional(anyText('a name')),
    '',
  ),
  driverToken: {
    ...setting('DRIVER_TOKEN', 'bearer token for the server, from a Secret', optional(token), ''),
    secret: true,
  },
  driverTokenFile: setting(
    'DRIVER_TOKEN_FILE',
    'file with a bearer token for the server, read again after a second',
    optional(anyText('a path')),
    '',
  ),
  driverUseProxy: setting(
    'DRIVER_USE_PROXY',
    'obey http_proxy and its like on the way to the driver',
    flag(),
    'false',
  ),
  loadBalancing: setting(
    'DRIVER_LOAD_BALANCING',
    "gRPC's policy over the server's addresses",
    oneOf(['round_robin', 'pick_first']),
    'round_robin',
  ),
  keepaliveMs: setting(
    'KEEPALIVE_SECONDS',
    'ping the server when it has been silent for',
    seconds(1, day),
    '30',
  ),
  keepaliveTimeoutMs: setting('KEEPALIVE_TIMEOUT_SECONDS', 'and give it up after', seconds(0.1, day), '10'),
  idleTimeoutMs: setting(
    'IDLE_TIMEOUT_SECONDS',
    'let go of connections after so long without a call',
    seconds(1, day),
    '60',
  ),
  connectTimeoutMs: setting(
    'CONNECT_TIMEOUT_SECONDS',
    'give up a peer that accepts TCP and stays silent after',
    seconds(0.1, day),
    '10',
  ),
  maxSendBytes: setting(
    'MAX_SEND_BYTES',
    'largest gRPC message sent',
    wholeNumber(kib, gib),
    String(16 * mib),
  ),
  maxReceiveBytes: setting(
    'MAX_RECEIVE_BYTES',
    'largest gRPC message received',
    wholeNumber(kib, gib),
    String(16 * mib),
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
