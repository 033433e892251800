import { readFileSync } from 'node:fs';
import { packageFile } from './package-file.js';

/** Version of this build, from package.json. */
export function readVersion(): string {
  const packageJson: { version: string } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
  return packageJson.version;
}
