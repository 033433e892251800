import { adminSettings } from '../common/admin-settings.js';
import { agentPostTimeoutMs } from '../common/argo-agent.js';
import { logFormats, logLevels } from '../common/logger.js';
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
  type Setting,
  type SettingsOf,
  seconds,
  setting,
  wholeNumber,
} from '../common/settings.js';
import { driverSettings } from './driver-settings.js';

/** Settings of deadlines, repeats and bounds. */
const attempts = {
  timeoutMs: setting('TIMEOUT_SECONDS', 'deadline of one gRPC call', seconds(0.001, day), '120'),
  attemptTimeoutMs: setting(
    'STEP_TIMEOUT_SECONDS',
    'time of one attempt across its calls',
    seconds(0.001, day),
    '600',
  ),
  retryUnknownOutcomes: setting(
    'RESEND_UNKNOWN_OUTCOMES',
    'send again when nobody knows whether the driver ran; false for a server that does not keep request_ids',
    flag(),
    'true',
  ),
  retryBudgetPercent: setting(
    'RETRY_BUDGET_PERCENT',
    're-sends that new calls pay for, over all tasks; each answer of the driver pays for one more',
    wholeNumber(0, 1000),
    '20',
  ),
  retryBudgetMinPerSecond: setting(
    'RETRY_BUDGET_MIN_PER_SECOND',
    're-sends a second that are always allowed',
    wholeNumber(1, 10_000),
    '10',
  ),
  maxConcurrentCalls: setting(
    'MAX_CONCURRENT_CALLS',
    'calls at the driver at once; more wait in the order of their coming',
    wholeNumber(1, 100_000),
    '256',
  ),
  longPollMs: setting(
    'ANSWER_WINDOW_SECONDS',
    `hold a POST for its answer at most so long; the agent gives up after ${agentPostTimeoutMs / 1000}`,
    // Two seconds for the way there and back.
    seconds(0, agentPostTimeoutMs / 1000 - 2),
    '20',
  ),
  agentWorkers: setting(
    'AGENT_WORKERS',
    "the agent's workers (ARGO_AGENT_TASK_WORKERS); half of them are held at most",
    wholeNumber(1, 10_000),
    '16',
  ),
  messageAfterMs: setting(
    'WAIT_MESSAGE_AFTER_SECONDS',
    'tell the user about a task that takes longer',
    seconds(0, day),
    '30',
  ),
  patchIntervalMs: setting(
    'AGENT_PATCH_RATE_SECONDS',
    'how often the agent patches results (ARGO_AGENT_PATCH_RATE)',
    seconds(0.001, 3600),
    '10',
  ),
  takeUpMs: setting(
    'TAKE_UP_SECONDS',
    "how long Argo's controller takes to take up an answer, as long as the sidecar has not seen it; at least six patch intervals",
    seconds(0.001, 3600),
    '60',
  ),
  maxOutputBytes: setting(
    'MAX_OUTPUT_BYTES',
    'bytes of final answers within one such patch',
    wholeNumber(kib, gib),
    String(512 * kib),
  ),
  replayFailureMs: setting(
    'FAILURE_REPLAY_SECONDS',
    'answer a delivered failure again for so long instead of driving anew; else half of AGENT_PATCH_RATE_SECONDS, at most 5',
    optional(seconds(0, 3600)),
    '',
  ),
  maxLedgerEntries: setting(
    'MAX_LEDGER_ENTRIES',
    'tasks that are remembered',
    wholeNumber(1, 10_000_000),
    '20000',
  ),
  maxLedgerBytes: setting(
    'MAX_LEDGER_BYTES',
    'bytes of answers that are remembered',
    wholeNumber(kib, 16 * gib),
    String(8 * mib),
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

/** Settings of the side that Argo's agent sees. */
const agent = {
  serverHost: setting(
    'SERVER_HOST',
    "address that Argo's agent calls; the agent is in the same pod",
    anyText('an address of this host'),
    '127.0.0.1',
  ),
  serverPort: setting(
    'SERVER_PORT',
    "port that Argo's agent calls, the first of plugin.yaml",
    port(),
    '2948',
  ),
  pluginKey: setting(
    'PLUGIN_KEY',
    'key under `plugin` of the templates that are ours',
    anyText('a key'),
    'driver-plugin',
  ),
  tokenPath: setting(
    'TOKEN_PATH',
    "file with the agent's bearer token",
    anyText('a path'),
    '/var/run/argo/token',
  ),
  maxBodyBytes: setting(
    'MAX_BODY_BYTES',
    "largest body taken from Argo's agent",
    wholeNumber(kib, gib),
    String(16 * mib),
  ),
  shutdownGraceMs: setting(
    'SHUTDOWN_GRACE_SECONDS',
    'after SIGTERM, stay at most so long; below the grace of the pod',
    seconds(0, 3600),
    '25',
  ),
  logLevel: setting('LOG_LEVEL', 'least severe level in the log', oneOf(logLevels), 'info'),
  logFormat: setting('LOG_FORMAT', 'json for machines, text for people', oneOf(logFormats), 'json'),
  ...adminSettings('off'),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

/** Every setting of the sidecar; --help, the README's table and plugin.yaml's test read it. */
export const sidecarSettings = { ...driverSettings, ...attempts, ...agent };
export type SidecarSettings = SettingsOf<typeof sidecarSettings>;

/** Faults that no setting has alone. */
export function checkSidecarSettings(settings: SidecarSettings): string[] {
  const { driverTlsCert, driverTlsKey, driverToken, driverTokenFile } = settings;
  const faults: string[] = [];
  if ((driverTlsCert === undefined) !== (driverTlsKey === undefined)) {
    faults.push('DRIVER_TLS_CERT and DRIVER_TLS_KEY belong together: set both or neither');
  }
  if (driverToken !== undefined && driverTokenFile !== undefined) {
    faults.push('DRIVER_TOKEN and DRIVER_TOKEN_FILE both name a token: set one of them');
  }
  return faults;
}
