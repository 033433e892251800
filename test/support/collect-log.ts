import type { Log, LogFacts, Logger } from '../../src/common/logger.js';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly facts: LogFacts;
}

/** A logger that keeps its lines. */
export function collectLog(lines: LogLine[] = []): Logger & { readonly lines: LogLine[] } {
  const at =
    (level: string): Log =>
    (message, ...facts) => {
      lines.push({ level, message, facts: Object.assign({}, ...facts) });
    };
  return { lines, error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
