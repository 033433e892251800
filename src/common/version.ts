import { readFileSync } from 'node:fs';

/** Version of this build, from package.json. */
export function readVersion(): string {
  const packageJson: { version: string } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  return packageJson.version;
}
