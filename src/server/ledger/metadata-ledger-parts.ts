import type { Logger } from '../../common/logger.js';
import type { ExecuteResponse } from '../../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import type { MetadataStore } from '../metadata-store/metadata-store.js';
import type { LedgerOutcome } from './ledger-outcome.js';
import type { MemoryLedger } from './memory-ledger.js';

/** What a ledger in ML Metadata is made of. */
export interface MetadataLedgerParts {
  readonly store: MetadataStore;
  /** Answers what this process drove itself, and keeps failures. */
  readonly memory: MemoryLedger;
  /** The namespace whose runs may be written to. */
  readonly namespace: string;
  /** Whether the driver program has the flag task_name. */
  readonly knowsTaskName: boolean;
  readonly serialize: (response: ExecuteResponse) => Buffer;
  readonly deserialize: (bytes: Buffer) => ExecuteResponse;
  /** Longest answer that is unpacked. */
  readonly maxAnswerBytes: number;
  readonly logger: Pick<Logger, 'warn' | 'info' | 'debug'>;
  /** Told each outcome, for a counter. */
  readonly onOutcome?: (outcome: LedgerOutcome) => void;
}
