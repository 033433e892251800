import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stockFolder } from '../../../test/support/stock-workflows.js';
import { exampleFile } from '../load/example-workflow.js';
import { asAsked, type Measure, type Scenario } from '../scenario.js';
import { floors, programs } from '../subjects/programs.js';

const yamlOnly = 'YAML read and written';
const run = promisify(execFile);

/** The command as a user types it, its start and all. */
export const convert: Scenario = {
  name: 'convert',
  purpose: 'files a second, the start of the command included; the floor parses and writes the same YAML',
  floor: yamlOnly,
  rounds: asAsked,
  prepare: async (bench) => {
    const sets: Record<string, readonly string[]> = {
      'examples/stock, 50 times': copies(exampleFile, 50, join(bench.folder, 'examples')),
    };
    if (bench.isQuick) {
      bench.skip("KFP 2.17.0's samples: --quick");
    } else if (stockFolder.skip === false) {
      const folder = join(stockFolder.path, '2.17.0');
      sets["KFP 2.17.0's samples"] = readdirSync(folder).map((name) => join(folder, name));
    } else {
      bench.skip(stockFolder.skip);
    }
    const output = join(bench.folder, 'converted');
    const subject = (name: string, commandOf: (files: readonly string[]) => readonly string[]) => ({
      name,
      parts: Object.entries(sets).map(
        ([set, files]): Measure =>
          async () => {
            const [file = '', ...args] = commandOf(files);
            const beganMs = performance.now();
            await run(file, args, { maxBuffer: 64 << 20 });
            const elapsedMs = performance.now() - beganMs;
            return [{ metric: `${set}: files`, unit: '/s', value: (1000 * files.length) / elapsedMs }];
          },
      ),
    });
    return [
      subject(yamlOnly, (files) => [...floors.yamlOnly, output, ...files]),
      subject('convert', (files) => [...programs.convert, '--output', output, ...files]),
    ];
  },
};

function copies(file: string, count: number, folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, at) => {
    const copy = join(folder, `workflow-${at}.yaml`);
    copyFileSync(file, copy);
    return copy;
  });
}
