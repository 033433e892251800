import type { Logger } from '../../../src/common/logger.js';

/** What is tested, listening in a process of its own. */
export interface Subject {
  /** URL, or HOST:PORT of a gRPC server. */
  readonly address: string;
  close(): Promise<void>;
}

/** What a subject is started with. */
export interface SubjectParts {
  readonly logger: Logger;
  /** To be called for each drive. */
  readonly onDrive: () => void;
  /** A private folder. */
  readonly folder: string;
}

/** What a subject says of itself since the last time it was asked. */
export interface Measure {
  readonly drives: number;
  /** Errors in its log, and lines that show what they must not. */
  readonly faults: readonly string[];
  /** After a garbage collection, where one was asked for. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Longest turn of the event loop. */
  readonly longestTurnMs: number;
}

export type ToSubject = { readonly collectGarbage: boolean };
export type FromSubject = { readonly address: string } | { readonly measure: Measure };
