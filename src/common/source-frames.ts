import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { packageFile } from './package-file.js';

const maps = new Map<string, SourceMap | undefined>();

/**
 * Frames of a stack with the places of the sources in the place of those of compiled files and bundles: src/ROOM/FILE.ts:LINE:COLUMN.
 * A frame of a file without a source map beside it stays. Maps are read when the first error asks for them.
 */
export function toSourceFrames(frames: string): string {
  return frames.replace(
    /(?:file:\/\/)?((?:\/|dist\/)[^():]+\.c?js):(\d+):(\d+)/g,
    (place, path, line, column) => {
      const entry = mapOf(path)?.findEntry(Number(line) - 1, Number(column) - 1);
      return entry !== undefined && 'originalSource' in entry
        ? `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
        : place;
    },
  );
}

function mapOf(path: string): SourceMap | undefined {
  if (!maps.has(path)) {
    // Bundles are named from the package's root.
    maps.set(path, readMap(path.startsWith('/') ? `${path}.map` : packageFile(`${path}.map`)));
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
