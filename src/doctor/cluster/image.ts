/** Last part of an image's name, and its tag. */
export interface Image {
  readonly name: string;
  /** Undefined where the image is named by digest alone. */
  readonly tag: string | undefined;
}

/** Reads `registry:5000/path/name:tag@sha256:...`. */
export function readImage(text: string): Image {
  const [withTag = ''] = text.split('@');
  const last = withTag.slice(withTag.lastIndexOf('/') + 1);
  const [name = '', tag] = last.split(':');
  return { name, tag };
}

/** Major, minor and patch of a version such as v3.7.16; undefined for any other text. */
export type Version = readonly [major: number, minor: number, patch: number];

export function readVersionText(text: string): Version | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+.].*)?$/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

export function isAtLeast(version: Version, least: Version): boolean {
  for (const part of [0, 1, 2] as const) {
    if (version[part] !== least[part]) {
      return version[part] > least[part];
    }
  }
  return true;
}
