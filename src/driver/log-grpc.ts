import { logVerbosity, setLogger, setLogVerbosity } from '@grpc/grpc-js';
import type { Logger } from '../common/logger.js';

/** Sends what grpc-js has to say about its connections to the log; by itself it writes plain text to stderr. */
export function logGrpc(logger: Logger): void {
  const log = (...parts: unknown[]) => logger.warn('grpc-js', { text: parts.join(' ') });
  setLogger({ error: log, info: log, debug: log });
  setLogVerbosity(logVerbosity.ERROR);
}
