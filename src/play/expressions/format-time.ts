const formats: Readonly<Record<string, (time: Date) => string>> = {
  a: (time) => name(time, { weekday: 'short' }),
  A: (time) => name(time, { weekday: 'long' }),
  b: (time) => name(time, { month: 'short' }),
  B: (time) => name(time, { month: 'long' }),
  c: (time) =>
    `${name(time, { weekday: 'short' })} ${name(time, { month: 'short' })} ${String(time.getUTCDate()).padStart(2)} ` +
    `${clockTime(time)} ${time.getUTCFullYear()}`,
  d: (time) => twoDigits(time.getUTCDate()),
  f: (time) => String(time.getUTCMilliseconds() * 1000).padStart(6, '0'),
  H: (time) => twoDigits(time.getUTCHours()),
  I: (time) => twoDigits(time.getUTCHours() % 12 || 12),
  j: (time) => String(dayOfYear(time)).padStart(3, '0'),
  m: (time) => twoDigits(time.getUTCMonth() + 1),
  M: (time) => twoDigits(time.getUTCMinutes()),
  p: (time) => (time.getUTCHours() < 12 ? 'AM' : 'PM'),
  S: (time) => twoDigits(time.getUTCSeconds()),
  w: (time) => String(time.getUTCDay()),
  x: (time) =>
    [time.getUTCMonth() + 1, time.getUTCDate(), time.getUTCFullYear() % 100].map(twoDigits).join('/'),
  X: (time) => clockTime(time),
  y: (time) => twoDigits(time.getUTCFullYear() % 100),
  Y: (time) => String(time.getUTCFullYear()),
  z: () => '+0000',
  Z: () => 'UTC',
};

/** A time in UTC by one strftime letter ("Y", "m"); undefined for a letter that Argo does not offer either. */
export function formatTime(letter: string, time: Date): string | undefined {
  return Object.hasOwn(formats, letter) ? formats[letter]?.(time) : undefined;
}

function name(time: Date, part: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-US', { ...part, timeZone: 'UTC' }).format(time);
}

function clockTime(time: Date): string {
  return [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map(twoDigits).join(':');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function dayOfYear(time: Date): number {
  return Math.floor((time.getTime() - Date.UTC(time.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}
