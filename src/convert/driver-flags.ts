import type { Json } from '../common/json.js';
import { serverOwnFlags } from '../common/server-own-flags.js';
import { dynamicFlags, outputPathFlags, taskFlags } from './known-flags.js';

/** The flags of a driver's container, or what is wrong with them: each fault completes the sentence "template X ...". */
export interface DriverFlags {
  readonly flags: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

/** Go's boolean flags take no word behind them: `--cache_disabled` alone is true. */
const booleanFlags: ReadonlySet<string> = new Set([
  'cache_disabled',
  'ml_pipeline_tls_enabled',
  'metadata_tls_enabled',
]);

const flagsWithWord: ReadonlySet<string> = new Set(
  [dynamicFlags, outputPathFlags, serverOwnFlags, taskFlags].flat().filter((name) => !booleanFlags.has(name)),
);

const flagWord = /^--?([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/;

/**
 * Reads the words behind the driver's command as Go's flag package does: `--name value`, `--name=value`, an empty
 * value as a word of its own, and boolean flags without one. https://pkg.go.dev/flag#hdr-Command_line_flag_syntax
 */
export function readDriverFlags(args: Json | undefined): DriverFlags {
  if (!Array.isArray(args) || !args.every((word) => typeof word === 'string')) {
    return { flags: new Map(), faults: ['has args that are no list of texts'] };
  }
  const flags = new Map<string, string>();
  const faults: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [, name, inline] = flagWord.exec(args[at] ?? '') ?? [];
    if (name === undefined) {
      faults.push(`has a word in its args (number ${at + 1}) that is no flag like --name`);
      continue;
    }
    if (flags.has(name)) {
      faults.push(`has the flag --${name} twice`);
    }
    if (inline !== undefined || !takesWord(name, args[at + 1])) {
      flags.set(name, inline ?? 'true');
    } else if (at + 1 < args.length) {
      flags.set(name, args[at + 1] ?? '');
      at += 1;
    } else {
      faults.push(`has the flag --${name} without a value`);
    }
  }
  return { flags, faults };
}

/** Of a flag that nobody here knows only the next word can tell: `--other` is the next flag. */
function takesWord(name: string, next: string | undefined): boolean {
  if (flagsWithWord.has(name)) {
    return true;
  }
  return next !== undefined && !booleanFlags.has(name) && !/^--?[A-Za-z]/.test(next);
}
