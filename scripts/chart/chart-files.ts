import type { AlertGroup } from '../alerts/alert.js';
import { allAlerts } from '../alerts/all-alerts.js';
import { ruleGroup } from '../alerts/rule-groups.js';
import { dashboards } from '../dashboards/all-dashboards.js';
import { grafanaDashboard } from '../dashboards/grafana-dashboard.js';

/** The files of the chart that tables in the code determine, by their path in it. */
export function chartFiles(): Readonly<Record<string, string>> {
  const rules = Object.entries(allAlerts).map(([group, alerts]) => [
    `rules/${group}.yaml`,
    ruleGroup(group as AlertGroup, alerts),
  ]);
  const grafana = dashboards.map((dashboard) => [
    `dashboards/${dashboard.name}.json`,
    `${JSON.stringify(grafanaDashboard(dashboard), undefined, 2)}\n`,
  ]);
  return Object.fromEntries([...rules, ...grafana]);
}
