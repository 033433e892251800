import type { Dice } from '../chaos/dice.js';

export const targetNames = ['http', 'grpc', 'driver-files', 'admission'] as const;
export type TargetName = (typeof targetNames)[number];

/** What is sent once: a body, or a message with its frame, and what its headers have beyond the usual. */
export interface FuzzInput {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Answer {
  /** What kind of answer it is, for the tally: "400", "Failed", "INVALID_ARGUMENT". */
  readonly kind: string;
  /** Whether a driver may have run for it. A refusal must never have driven. */
  readonly mayHaveDriven: boolean;
  /** All that the caller sees. */
  readonly text: string;
  /** What must not be so, one sentence each. */
  readonly faults: readonly string[];
}

/** The kind of an answer that tells to ask again. */
export const notYet = 'not yet';

/** A connection to what is being tested, over the real wire. */
export interface Wire {
  /** Rejects where nobody answers. */
  send(input: FuzzInput): Promise<Answer>;
  close(): void;
}

/** An input with the number of its seed. */
export interface Pristine {
  readonly seed: number;
  readonly input: FuzzInput;
}

/** One of the ways in. */
export interface Target {
  readonly name: TargetName;
  /** The input number `index`: the same for the same dice. */
  make(dice: Dice, index: number): FuzzInput;
  /** A seed as it is, which gets the same answer each time. */
  pristine(index: number): Pristine;
  connect(address: string): Wire;
}

/** An input as a file has it: text where it is UTF-8, else base64. */
export interface InputFile {
  readonly target: TargetName;
  readonly why: string;
  /** How often it is sent, where once does no harm. */
  readonly times?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly base64?: string;
}

export function toInputFile(target: TargetName, why: string, { bytes, headers }: FuzzInput): InputFile {
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text).equals(bytes);
  return { target, why, headers, ...(isText ? { text } : { base64: bytes.toString('base64') }) };
}

export function fromInputFile({ headers, text, base64 }: Omit<InputFile, 'target' | 'why'>): FuzzInput {
  return { headers, bytes: text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text) };
}
