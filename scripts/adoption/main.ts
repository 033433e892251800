// Converts stock KFP workflows by reference and by value, plays both through a sidecar and kfp-driver-server with the
// fake of KFP's driver, and compares what reached the program: node dist/scripts/adoption/main.js [FILE...]
// Without FILE all of ../shared/kfp-stock. The exit code is 1 unless every workflow Succeeded and the calls are equal.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { playBothWays } from './play-both-ways.js';

const stock = fileURLToPath(new URL('../../../../shared/kfp-stock/', import.meta.url));
const given = process.argv.slice(2);

if (given.length === 0 && !existsSync(stock)) {
  process.stdout.write('skipped: ../shared/kfp-stock is absent\n');
} else {
  const files = given.length > 0 ? given : stockFiles();
  const faults = await playBothWays(files);
  process.stderr.write(faults.map((fault) => `${fault}\n`).join(''));
  process.exitCode = faults.length > 0 ? 1 : 0;
}

function stockFiles(): string[] {
  return readdirSync(stock).flatMap((version) =>
    readdirSync(join(stock, version)).map((name) => join(stock, version, name)),
  );
}
