import { cannotStart } from '../common/cannot-start.js';
import { printExit, readCommand } from '../common/command-line.js';
import { drainOnSignals } from '../common/drain-on-signals.js';
import { exitCodes } from '../common/exit-codes.js';
import { createLogger, factsOfError } from '../common/logger.js';
import { readVersion } from '../common/version.js';
import { type DevDriverFlags, devDriverFlags } from '../server/dev-driver/dev-driver-flags.js';
import { type DevDriverOptions, startDevDriver } from '../server/dev-driver/start-dev-driver.js';
import { resolverFromEnvironment } from '../server/references/resolver-from-environment.js';
import { describeCommand } from './command-names.js';

const program = {
  ...describeCommand('dev-driver'),
  example: 'driver-plugin dev-driver --port 9000 --delay-ms 200',
  options: devDriverFlags,
};

/** The dev-driver, until SIGTERM or SIGINT. */
export async function run(args: readonly string[]): Promise<number> {
  const command = readCommand(program, args, process.env);
  if (command.kind === 'exit') {
    return printExit(command);
  }
  const { graceMs, logLevel, ...flags } = command.options;
  const logger = createLogger(logLevel);
  try {
    const resolveReferences = resolverFromEnvironment(process.env);
    const driver = await startDevDriver({ ...toOptions(flags), logger, resolveReferences });
    logger.info('listening', { address: driver.address, version: readVersion(), engine: 'memory' });
    return await drainOnSignals(driver.close, graceMs, logger);
  } catch (thrown) {
    process.stderr.write(cannotStart(program.name, [thrown]));
    logger.error('cannot start', factsOfError(thrown));
    return exitCodes.failed;
  }
}

function toOptions({
  retryInfoMs,
  idsFile,
  extraOutputs,
  ...flags
}: Omit<DevDriverFlags, 'graceMs' | 'logLevel'>) {
  const options: DevDriverOptions = {
    ...flags,
    ...(retryInfoMs !== undefined && { retryInfoMs: retryInfoMs }),
    ...(idsFile !== undefined && { idsFile: idsFile }),
    ...(Object.keys(extraOutputs).length > 0 && { extraOutputs }),
  };
  return options;
}
