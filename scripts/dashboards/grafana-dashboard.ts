import type { Dashboard, Panel } from './dashboard.js';

const columns = 24;
const heightOfPanel = 8;
const source = { type: 'prometheus', uid: '$datasource' };

/** A dashboard as Grafana imports it: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
export function grafanaDashboard({ name, title, description, rows }: Dashboard): object {
  const perRow = 1 + heightOfPanel;
  const panels = rows.flatMap((row, index) => {
    const y = index * perRow;
    const width = columns / row.panels.length;
    return [
      { type: 'row', title: row.title, collapsed: false, panels: [], gridPos: { x: 0, y, w: columns, h: 1 } },
      ...row.panels.map((panel, place) => ({
        ...grafanaPanel(panel),
        gridPos: { x: place * width, y: y + 1, w: width, h: heightOfPanel },
      })),
    ];
  });
  return {
    uid: name,
    title,
    description,
    tags: ['driver-plugin', 'kubeflow'],
    editable: false,
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    templating: { list: [datasourceVariable, namespaceVariable(name)] },
    panels: panels.map((panel, index) => ({ id: index + 1, ...panel })),
  };
}

const datasourceVariable = {
  type: 'datasource',
  name: 'datasource',
  label: 'Prometheus',
  query: 'prometheus',
};

function namespaceVariable(name: string): object {
  const build = name.endsWith('webhook')
    ? 'driver_plugin_webhook_build_info'
    : 'driver_plugin_server_build_info';
  return {
    type: 'query',
    name: 'namespace',
    label: 'Namespace',
    datasource: source,
    query: `label_values(${build}, namespace)`,
    refresh: 2,
    sort: 1,
  };
}

function grafanaPanel({ title, description, unit, kind = 'timeseries', queries }: Panel): object {
  return {
    type: kind,
    title,
    description,
    datasource: source,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    ...(kind === 'timeseries' && { options: { tooltip: { mode: 'multi', sort: 'desc' } } }),
    targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: source,
      expr,
      legendFormat,
    })),
  };
}
