import type { StatusError } from '../contract/status-error.js';

/** The right to drive, where one server at a time has it: lease/ has the one that a Lease of Kubernetes gives. */
export interface DriveRight {
  /** Undefined while this server may drive; else why not, before anything is driven. Asked right before a drive. */
  refusal(): StatusError | undefined;
  /** Why a server that waits could not take over; undefined where it could, or where it drives. */
  fault(): string | undefined;
  /** Called whenever another word of `refusal` or `fault` is due. */
  onChange(tell: () => void): void;
  /**
   * Called when the right is lost: whatever is driven must end at once. It is not taken again before the promise has
   * resolved.
   */
  onLost(endAll: () => Promise<void>): void;
  /** This server drains: it keeps the right, but never takes it again. */
  resign(): void;
  /** Gives it back, because nothing is driven any more. Resolves soon, whether anybody heard it or not. */
  release(): Promise<void>;
}

/** Why a signal is aborted whose drives must end at once: their server has no right to them any more. */
export const rightLost = Symbol('the right to drive is lost');
