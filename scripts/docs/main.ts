// Writes the tables of docs/ that the code determines: settings, statuses and metrics. CI runs it and fails on a diff.
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { outcomes, type RetryRule } from '../../src/bridge/status-to-outcome.js';
import type { Setting, SettingsTable } from '../../src/common/settings.js';
import { serverSettings } from '../../src/server/server-settings.js';
import { sidecarSettings } from '../../src/sidecar/sidecar-settings.js';
import { webhookSettings } from '../../src/webhook/webhook-settings.js';
import { allAlerts } from '../alerts/all-alerts.js';
import { alertRunbooks, alertTable } from '../alerts/describe-alerts.js';
import { replaceBetween } from '../chart/replace-between.js';
import { serverReasons, sidecarReasons, webhookReasons } from './default-reasons.js';
import { metricsTable, metricTables } from './metric-tables.js';

const sentAgain: Readonly<Record<RetryRule, string>> = {
  never: 'no',
  always: 'yes',
  'if-idempotent': 'yes, unless `RESEND_UNKNOWN_OUTCOMES=false` and nobody knows whether the driver ran',
};

writeTables('configuration.md', {
  'sidecar settings': settingsTable(sidecarSettings, sidecarReasons),
  'server settings': settingsTable(serverSettings, serverReasons),
  'webhook settings': settingsTable(webhookSettings, webhookReasons),
});
writeTables('statuses.md', {
  statuses: [
    '| gRPC status | Argo phase | sent again | meaning |',
    '|---|---|---|---|',
    ...Object.entries(outcomes).map(
      ([status, { phase, retry, meaning }]) => `| ${status} | ${phase} | ${sentAgain[retry]} | ${meaning} |`,
    ),
  ].join('\n'),
});

writeTables(
  'metrics.md',
  Object.fromEntries(
    Object.entries(metricTables).map(([program, table]) => [`${program} metrics`, metricsTable(table)]),
  ),
);

writeTables('operations.md', {
  'server alerts': alertTable(allAlerts.server),
  'webhook alerts': alertTable(allAlerts.webhook),
  runbooks: alertRunbooks(Object.values(allAlerts).flat()),
});

function settingsTable(table: SettingsTable, reasons: Readonly<Record<string, string>>): string {
  return [
    '| variable | default | meaning | why this default |',
    '|---|---|---|---|',
    ...Object.entries(table).map(([key, setting]) => {
      const meaning = `${setting.purpose}: ${setting.read.form}`;
      return `| \`${setting.env}\` | ${defaultOf(setting)} | ${meaning} | ${reasons[key]} |`;
    }),
  ].join('\n');
}

function defaultOf({ fallback }: Setting<unknown>): string {
  if (fallback === undefined) {
    return 'required';
  }
  if (fallback === tmpdir()) {
    return "the system's";
  }
  return fallback === '' ? '' : `\`${fallback}\``;
}

function writeTables(page: string, tables: Readonly<Record<string, string>>): void {
  const file = new URL(`../../../docs/${page}`, import.meta.url);
  const text = Object.entries(tables).reduce(
    (written, [name, table]) => replaceBetween(written, name, table),
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, text);
}
