/** A Lease's spec (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/). */
export interface LeaseRecord {
  /** Undefined where it was given back, and where nobody has ever held it. */
  readonly holder: string | undefined;
  /** For how long others keep away from a record that does not change. */
  readonly durationSeconds: number;
  /** How often it has gone from one holder to another. */
  readonly transitions: number;
  /** By the holder's clock, so for people alone; here it only tells one record from the next. */
  readonly acquiredAt: Date | undefined;
  readonly renewedAt: Date | undefined;
}

/** A Lease as it was read, at one resourceVersion. */
export interface StoredLease {
  readonly record: LeaseRecord;
  readonly resourceVersion: string;
  /** The object itself, of which a write changes nothing but its spec. */
  readonly object: unknown;
}

/** One Lease of Kubernetes. Rejects with an Error of one sentence where the API server does not do what was asked. */
export interface LeaseApi {
  /** Undefined where there is none. */
  read(): Promise<StoredLease | undefined>;
  /** Undefined where it is there by now. */
  create(record: LeaseRecord): Promise<StoredLease | undefined>;
  /** Undefined where it has been changed or deleted since it was read. */
  replace(stored: StoredLease, record: LeaseRecord): Promise<StoredLease | undefined>;
  /** Tells of changes soon after they happen; nobody may rely on it. What it returns ends it. */
  watch(onSeen: (stored: StoredLease) => void): () => void;
}
