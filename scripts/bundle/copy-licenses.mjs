// A bundle hides whose work it holds: licences must go along, and scanners look for package.json.
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Copies package.json, licence and notice of each package that one of `inputs` is from, into FOLDER/NAME. */
export function copyLicenses(inputs, folder) {
  const packages = new Set(
    inputs.flatMap((path) => /^(?:[^:]*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  for (const path of packages) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const { version } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const to = join(folder, `${name.replace('/', '__')}@${version}`);
    mkdirSync(to, { recursive: true });
    const files = readdirSync(join(root, path)).filter((file) =>
      /^(package\.json|(licen[cs]e|notice|copying)[^/]*)$/i.test(file),
    );
    for (const file of files) {
      cpSync(join(root, path, file), join(to, file), { recursive: true });
    }
  }
}
