import { stringify } from 'yaml';
import type { Alert, AlertGroup } from './alert.js';

/** Stands for where docs/operations.md can be read, until the chart puts the address in. */
export const runbookPlaceholder = '$runbooks';

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An alert as Prometheus' rule: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
export function toRule({ name, expr, for: held, severity, summary, description }: Alert): Rule {
  return {
    alert: name,
    expr,
    for: held,
    labels: { severity },
    annotations: { summary, description, runbook_url: `${runbookPlaceholder}#${name.toLowerCase()}` },
  };
}

/** A group of rules as YAML: a file of the chart. */
export function ruleGroup(group: AlertGroup, alerts: readonly Alert[]): string {
  const rules = { name: `driver-plugin-${group}`, rules: alerts.map(toRule) };
  return `# Made by npm run generate from scripts/alerts/${group}-alerts.ts.\n${stringify([rules], { lineWidth: 0 })}`;
}
