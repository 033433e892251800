/**
 * One alert: of it come the rule in the chart, its part of docs/operations.md, and its unit tests. Names, severities and
 * annotations are as the Prometheus operator's users know them: https://monitoring.mixins.dev/
 */
export interface Alert {
  readonly name: `DriverPlugin${string}`;
  /** PromQL, with $namespace for the release's namespace. */
  readonly expr: string;
  /** How long it must hold, as Prometheus writes it. */
  readonly for: `${number}m`;
  /** critical: tasks fail, or will within minutes. warning: somebody should look today. */
  readonly severity: 'critical' | 'warning';
  /** One constant sentence. */
  readonly summary: string;
  /** The same with {{ $labels }} of the expression, and no value: it is compared by unit tests. */
  readonly description: string;
  /** Why this threshold and this time. */
  readonly why: string;
  /** What to do, in this order; each a sentence or two of Markdown. */
  readonly actions: readonly string[];
  readonly proof: AlertProof;
}

/** Series with which the alert is silent at one time and fires at another. */
export interface AlertProof {
  /** Series to values in promtool's notation, one a minute. The label namespace comes by itself. */
  readonly series: Readonly<Record<string, string>>;
  /** Within its `for`, or before the trouble: silent. */
  readonly silentAt: `${number}m`;
  readonly firesAt: `${number}m`;
  /** Labels of the alert that fires, beside namespace, alertname and severity. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The alert has no label namespace. */
  readonly isOfCluster?: true;
}

export type AlertGroup = 'server' | 'webhook';
