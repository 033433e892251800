/** A page of Grafana. */
export interface Dashboard {
  /** Name of its file and its uid: stable, so that links last. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly title: string;
  /** Side by side. */
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly title: string;
  /** What a reader should make of it. */
  readonly description: string;
  readonly unit: 'short' | 's' | 'bytes' | 'reqps' | 'percentunit';
  readonly kind?: 'timeseries' | 'stat';
  /** Legend (with {{label}}) to query. */
  readonly queries: Readonly<Record<string, string>>;
}
