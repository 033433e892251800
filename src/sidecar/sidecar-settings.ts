import { parseDriverTarget } from '../driver/driver-target.js';
import { logLevels } from '../program/logger.js';
import {
  anyText,
  oneOf,
  port,
  type Reader,
  type Setting,
  type SettingsOf,
  seconds,
  wholeNumber,
} from '../program/settings.js';

/** Port that is used where DRIVER_HOST and DRIVER_PORT name none. */
const driverHost: Reader<string> = {
  form: 'a host, host:port, a URL with http://, https://, grpc:// or grpcs://, or a gRPC target (dns:, ipv4:, ipv6:, unix:)',
  parse: (text) => (parseDriverTarget(text, 1) === undefined ? undefined : text),
};

/** Every setting of the sidecar; --help, the README's table and plugin.yaml's test read it. */
export const sidecarSettings = {
  driverHost: { env: 'DRIVER_HOST', purpose: 'the kfp-driver-server', read: driverHost },
  driverPort: {
    env: 'DRIVER_PORT',
    purpose: 'its port, where DRIVER_HOST names none',
    fallback: '9000',
    read: port(),
  },
  timeoutMs: {
    env: 'TIMEOUT_SECONDS',
    purpose: 'deadline of one gRPC call',
    fallback: '120',
    read: seconds(0.001, 86_400),
  },
  serverHost: {
    env: 'SERVER_HOST',
    purpose: "address that Argo's agent calls; the agent is in the same pod",
    fallback: '127.0.0.1',
    read: anyText('an address of this host'),
  },
  serverPort: {
    env: 'SERVER_PORT',
    purpose: "port that Argo's agent calls, the first of plugin.yaml",
    fallback: '2948',
    read: port(),
  },
  pluginKey: {
    env: 'PLUGIN_KEY',
    purpose: 'key under `plugin` of the templates that are ours',
    fallback: 'driver-plugin',
    read: anyText('a key'),
  },
  tokenPath: {
    env: 'TOKEN_PATH',
    purpose: "file with the agent's bearer token",
    fallback: '/var/run/argo/token',
    read: anyText('a path'),
  },
  maxBodyBytes: {
    env: 'MAX_BODY_BYTES',
    purpose: "largest body taken from Argo's agent",
    fallback: String(16 * 1024 * 1024),
    read: wholeNumber(1024, 1024 * 1024 * 1024),
  },
  maxMessageBytes: {
    env: 'MAX_MESSAGE_BYTES',
    purpose: 'largest gRPC message sent and received',
    fallback: String(16 * 1024 * 1024),
    read: wholeNumber(1024, 1024 * 1024 * 1024),
  },
  logLevel: {
    env: 'LOG_LEVEL',
    purpose: 'least severe level in the log',
    fallback: 'info',
    read: oneOf(logLevels),
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type SidecarSettings = SettingsOf<typeof sidecarSettings>;
