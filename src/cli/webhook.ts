import { printExit, readCommand } from '../common/command-line.js';
import { errorText } from '../common/error-text.js';
import { exitCodes } from '../common/exit-codes.js';
import { createLogger, factsOfError, type Logger } from '../common/logger.js';
import { startWebhook, type Webhook } from '../webhook/start-webhook.js';
import { checkWebhookSettings, webhookSettings } from '../webhook/webhook-settings.js';
import { describeCommand } from './command-names.js';

const program = {
  ...describeCommand('webhook'),
  example: 'SERVER_TLS_CERT=tls.crt SERVER_TLS_KEY=tls.key driver-plugin webhook',
  settings: webhookSettings,
  check: checkWebhookSettings,
};

/** The admission webhook, until SIGTERM or SIGINT. */
export async function run(args: readonly string[]): Promise<number> {
  const command = readCommand(program, args, process.env);
  if (command.kind === 'exit') {
    return printExit(command);
  }
  const logger = createLogger(command.settings.logLevel, command.settings.logFormat);
  // A promise that nobody waited for must not end the requests that others wait for.
  process.on('unhandledRejection', (error) => logger.error('a promise failed unseen', factsOfError(error)));
  const { shutdownGraceMs } = command.settings;
  const started = startWebhook(command.settings, logger);
  const failed = started.then(
    () => new Promise<never>(() => {}),
    (error: unknown) => {
      logger.error('cannot start', { reason: errorText(error), ...factsOfError(error) });
      return exitCodes.failed;
    },
  );
  return await Promise.race([failed, stopOnSignal(started, shutdownGraceMs, logger)]);
}

/** Resolves with the exit code. A second signal, or one before anything listens, ends at once. */
function stopOnSignal(started: Promise<Webhook>, graceMs: number, logger: Logger): Promise<number> {
  return new Promise((resolve) => {
    let webhook: Webhook | undefined;
    let isEnding = false;
    started.then(
      (listening) => {
        webhook = listening;
      },
      () => {},
    );
    const end = async (signal: NodeJS.Signals) => {
      const isSecond = isEnding;
      isEnding = true;
      logger.info('ending', { signal, graceMs: isSecond ? 0 : graceMs });
      await (isSecond ? webhook?.close() : webhook?.drain(graceMs));
      resolve(exitCodes.ok);
    };
    process.on('SIGTERM', end).on('SIGINT', end);
  });
}
