/**
 * A file that comes with this package: `package.json`, below `proto/` or `examples/`. Compiled sources
 * (dist/src/ROOM/) and bundles (dist/bundles/PROGRAM/) both stand three folders below the package.
 */
export function packageFile(path: string): URL {
  return new URL(`../../../${path}`, import.meta.url);
}
