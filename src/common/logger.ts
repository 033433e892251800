import winston from 'winston';
import type { LogFacts } from './log-fields.js';
import { boundedText, toTextLine } from './log-line.js';
import { toSourceFrames } from './source-frames.js';

export type { LogFacts };

/** Levels that LOG_LEVEL takes, most severe first. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What LOG_FORMAT takes. */
export const logFormats = ['json', 'text'] as const;
export type LogFormat = (typeof logFormats)[number];

/** Facts may come in pieces, each with names of its own. */
export type Log = (message: string, ...facts: readonly LogFacts[]) => void;
export type Logger = Readonly<Record<LogLevel, Log>>;

const { combine, printf, timestamp } = winston.format;
const formats: Readonly<Record<LogFormat, winston.Logform.Format>> = {
  // winston's own form sorts the names of each line, which costs as much as all else of it.
  json: printf((line) => boundedText(line, (bounded) => JSON.stringify(bounded))),
  text: printf((line) => boundedText(line, toTextLine)),
};

/** Writes one line per call to standard output: timestamp, level, message, then the facts; none longer than 32 KiB. */
export function createLogger(level: LogLevel, logFormat: LogFormat = 'json'): Logger {
  // A reader that goes away (EPIPE) must not end the process.
  process.stdout.on('error', () => {});
  const logger = winston.createLogger({
    level,
    format: combine(timestamp(), formats[logFormat]),
    transports: [new winston.transports.Console()],
  });
  const write =
    (at: LogLevel): Log =>
    (message, ...facts) => {
      // winston formats every line, and then leaves out those of lower levels.
      if (logLevels.indexOf(at) <= logLevels.indexOf(level)) {
        // One object: where the message is an argument of its own, winston looks for %s in it and copies the facts once more.
        // And not by spreads: of more than a dozen properties V8 then makes a shape for each object, in ten times as long.
        logger.log(Object.assign({}, ...facts, { level: at, message }));
      }
    };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}

/** What may be logged of something thrown: its name, the system's code and where it came from. Never its message. */
export function factsOfError(thrown: unknown): LogFacts {
  if (!(thrown instanceof Error)) {
    return { error: typeof thrown };
  }
  return {
    error: thrown.name,
    errorCode: codeOf(thrown) ?? codeOf(thrown.cause),
    errorStack: framesOf(thrown),
  };
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}

/** The stack after its message, which may quote a body; nothing where the message is no longer the stack's. */
function framesOf({ message, stack = '' }: Error): string {
  const messageAt = stack.indexOf(message);
  if (messageAt === -1) {
    return '';
  }
  const lines = stack.slice(messageAt + message.length).split('\n');
  const frames = lines.filter((line) => /^ {4}at .*(:\d+:\d+|<anonymous>)\)?$/.test(line)).slice(0, 8);
  return toSourceFrames(frames.join('\n'));
}
