import type { LogFacts, Logger } from '../../src/common/logger.js';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly facts: LogFacts;
}

/** A logger that keeps its lines. */
export function collectLog(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: string) =>
    (message: string, facts: LogFacts = {}) => {
      lines.push({ level, message, facts });
    };
  return { lines, error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
