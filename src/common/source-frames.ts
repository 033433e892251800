import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { packageFile } from './package-file.js';

const maps = new Map<string, SourceMap | undefined>();

/** at NAME (PATH:LINE:COLUMN), or without a name and parentheses. */
const frame = /^( *at (?:async )?)(?:(.*) \()?(?:file:\/\/)?((?:\/|dist\/)[^():]+\.c?js):(\d+):(\d+)\)?$/gm;

/**
 * Frames of a stack with the places of the sources in the place of those of compiled files and bundles: src/ROOM/FILE.ts:LINE:COLUMN.
 * A frame of a file without a source map beside it stays. Names of functions are left out where they are a bundle's, which has
 * short ones. Maps are read when the first error asks for them.
 */
export function toSourceFrames(frames: string): string {
  return frames.replace(frame, (whole, at, name, path, line, column) => {
    const entry = mapOf(path)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) {
      return whole;
    }
    const { originalSource, originalLine, originalColumn } = entry;
    const place = `${originalSource.replace(/^(\.\.\/)+/, '')}:${originalLine + 1}:${originalColumn + 1}`;
    return name === undefined || isOfBundle(path) ? `${at}${place}` : `${at}${name} (${place})`;
  });
}

/** Bundles are named from the package's root. */
function isOfBundle(path: string): boolean {
  return path.startsWith('dist/');
}

function mapOf(path: string): SourceMap | undefined {
  if (!maps.has(path)) {
    maps.set(path, readMap(isOfBundle(path) ? packageFile(`${path}.map`) : `${path}.map`));
  }
  return maps.get(path);
}

function readMap(path: string | URL): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
