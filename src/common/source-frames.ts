import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { packageFile } from './package-file.js';

/** Where places of a compiled file or bundle are in its sources. */
interface Places {
  readonly map: SourceMap;
  /** Its functions have other names than in the sources, which say nothing. */
  readonly hasShortNames: boolean;
}

const known = new Map<string, Places | undefined>();

/** at NAME (PATH:LINE:COLUMN), or without a name and parentheses. */
const frame = /^( *at (?:async )?)(?:(.*) \()?(?:file:\/\/)?((?:\/|dist\/)[^():\n]+\.c?js):(\d+):(\d+)\)?$/gm;

/**
 * Frames of a stack with the places of the sources in the place of those of compiled files and bundles: src/ROOM/FILE.ts:LINE:COLUMN.
 * A function's short name is left out. A frame of a file without a source map beside it stays, and so does one of evaluated
 * code. Maps are read when the first error asks for them.
 */
export function toSourceFrames(frames: string): string {
  return frames.replace(frame, (whole, at, name, path, line, column) => {
    const places = placesOf(path);
    const entry = places?.map.findEntry(Number(line) - 1, Number(column) - 1);
    if (places === undefined || entry === undefined || !('originalSource' in entry)) {
      return whole;
    }
    const { originalSource, originalLine, originalColumn } = entry;
    const place = `${originalSource.replace(/^(\.\.\/)+/, '')}:${originalLine + 1}:${originalColumn + 1}`;
    return name === undefined || places.hasShortNames ? `${at}${place}` : `${at}${name} (${place})`;
  });
}

function placesOf(path: string): Places | undefined {
  if (!known.has(path)) {
    // Bundles are named from the package's root.
    known.set(path, readPlaces(path.startsWith('/') ? `${path}.map` : packageFile(`${path}.map`)));
  }
  return known.get(path);
}

function readPlaces(path: string | URL): Places | undefined {
  try {
    const json = JSON.parse(readFileSync(path, 'utf8'));
    return { map: new SourceMap(json), hasShortNames: json.x_short_names === true };
  } catch {
    return undefined;
  }
}
