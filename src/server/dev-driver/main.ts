import { cannotStart } from '../../common/cannot-start.js';
import { exitBadConfiguration } from '../../common/command-line.js';
import { drainOnSignals, exitAfterLog } from '../../common/drain-on-signals.js';
import { createLogger, factsOfError } from '../../common/logger.js';
import { readVersion } from '../../common/version.js';
import { resolverFromEnvironment } from '../references/resolver-from-environment.js';
import { type DevDriverFlags, readDevDriverFlags } from './dev-driver-flags.js';
import { type DevDriverOptions, startDevDriver } from './start-dev-driver.js';

const command = readDevDriverFlags(process.argv.slice(2));
if (command.kind === 'run') {
  await run(command.flags);
} else {
  process.stdout.write(command.stdout);
  process.stderr.write(command.stderr);
  process.exitCode = command.exitCode;
}

async function run({ graceMs, logLevel, ...flags }: DevDriverFlags): Promise<void> {
  const logger = createLogger(logLevel);
  try {
    const resolveReferences = resolverFromEnvironment(process.env);
    const driver = await startDevDriver({ ...toOptions(flags), logger, resolveReferences });
    logger.info('listening', { address: driver.address, version: readVersion(), engine: 'memory' });
    drainOnSignals(driver.close, graceMs, logger);
  } catch (thrown) {
    process.stderr.write(cannotStart('dev-driver', [thrown]));
    logger.error('cannot start', factsOfError(thrown));
    exitAfterLog(exitBadConfiguration);
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
