/** One setting: its environment variable, what it is for, its default as text, and how its text is read. */
export interface Setting<Value> {
  /** Name of the environment variable. */
  readonly env: string;
  readonly purpose: string;
  /** Text that stands in where the variable is unset or empty; without one the setting is required. */
  readonly fallback?: string;
  readonly read: Reader<Value>;
  /** Whether the text may hold a secret, so that no fault quotes it. */
  readonly secret?: boolean | ((text: string) => boolean);
}

/** Reads a setting's text. `form` completes the sentence "must be ..."; `parse` returns undefined for a bad text. */
export interface Reader<Value> {
  readonly form: string;
  readonly parse: (text: string) => { readonly value: Value } | undefined;
}

/** A row of a settings table; `fallback` "" is for settings that may be left out. */
export function setting<const Value>(
  env: string,
  purpose: string,
  read: Reader<Value>,
  fallback?: string,
): Setting<Value> {
  return { env, purpose, read, ...(fallback !== undefined && { fallback }) };
}

export type SettingsTable = Readonly<Record<string, Setting<unknown>>>;
export type SettingsOf<Table extends SettingsTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Setting<infer Value> ? Value : never;
};
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a table of settings. Either all are good, or `faults` has one sentence for each bad one, with its remedy.
 */
export function readSettings<Table extends SettingsTable>(
  table: Table,
  env: Environment,
): { values: SettingsOf<Table>; faults: string[] } {
  const faults: string[] = [];
  const values = Object.fromEntries(
    Object.entries(table).map(([key, setting]) => [key, readSetting(setting, env, faults)]),
  );
  return { values: values as SettingsOf<Table>, faults };
}

function readSetting(setting: Setting<unknown>, env: Environment, faults: string[]): unknown {
  const given = env[setting.env];
  const text = given === undefined || given === '' ? setting.fallback : given;
  if (text === undefined) {
    faults.push(`${setting.env} is not set: set it to ${setting.read.form} (${setting.purpose})`);
    return undefined;
  }
  const parsed = setting.read.parse(text);
  if (parsed === undefined) {
    const { secret = false } = setting;
    const isSecret = typeof secret === 'boolean' ? secret : secret(text);
    faults.push(
      `${setting.env} must be ${setting.read.form}, ${isSecret ? 'which it is not' : `not "${text}"`}`,
    );
  }
  return parsed?.value;
}

/** The table of settings as text for --help, one line each. */
export function describeSettings(table: SettingsTable): string {
  const rows = Object.values(table).map((setting) => [
    setting.env,
    setting.fallback === undefined ? '(required)' : setting.fallback === '' ? '(none)' : setting.fallback,
    `${setting.purpose}: ${setting.read.form}`,
  ]);
  return alignColumns(rows);
}

/** Rows of three texts, the first two padded to columns. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map(([name = '', fallback = '', text = '']) =>
      `  ${name.padEnd(widths[0] ?? 0)}  ${fallback.padEnd(widths[1] ?? 0)}  ${text}`.trimEnd(),
    )
    .join('\n');
}

/** Units of settings: seconds and bytes. */
export const day = 86_400;
export const kib = 1024;
export const mib = 1024 * kib;
export const gib = 1024 * mib;

/** Any text. */
export function anyText(form: string): Reader<string> {
  return { form, parse: (value) => ({ value }) };
}

/** A text that `pattern` matches. */
export function matching(pattern: RegExp, form: string): Reader<string> {
  return { form, parse: (value) => (pattern.test(value) ? { value } : undefined) };
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): Reader<number> {
  return {
    form: `a whole number from ${least} to ${most}`,
    parse: (text) => {
      const value = Number(text);
      return /^\d+$/.test(text) && value >= least && value <= most ? { value } : undefined;
    },
  };
}

/** A TCP port; 0 lets the system choose. */
export function port(): Reader<number> {
  return wholeNumber(0, 65_535);
}

/** A time in seconds, decimals allowed, as milliseconds. */
export function seconds(least: number, most: number): Reader<number> {
  return {
    form: `a number of seconds from ${least} to ${most}`,
    parse: (text) => {
      const value = Number(text);
      const good = /^\d+(\.\d+)?$/.test(text) && value >= least && value <= most;
      return good ? { value: Math.round(value * 1000) } : undefined;
    },
  };
}

/** true or false. */
export function flag(): Reader<boolean> {
  return {
    form: 'true or false',
    parse: (text) => (text === 'true' || text === 'false' ? { value: text === 'true' } : undefined),
  };
}

/** The same, or undefined for the word off. */
export function offOr<Value>(reader: Reader<Value>): Reader<Value | undefined> {
  return {
    form: `${reader.form}, or off`,
    parse: (text) => (text === 'off' ? { value: undefined } : reader.parse(text)),
  };
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Reader<Word> {
  return {
    form: `one of ${words.join(', ')}`,
    parse: (text) => words.filter((word) => word === text).map((value) => ({ value }))[0],
  };
}

/** The same, or undefined for an empty text. */
export function optional<Value>(reader: Reader<Value>): Reader<Value | undefined> {
  return { form: reader.form, parse: (text) => (text === '' ? { value: undefined } : reader.parse(text)) };
}

const quantityUnits: Readonly<Record<string, number>> = { '': 1, Ki: kib, Mi: mib, Gi: gib };

/** A number of bytes, or a Kubernetes quantity such as 256Mi, as bytes. */
export function quantity(least: number, most: number): Reader<number> {
  return {
    form: `bytes or a quantity such as 256Mi, from ${least} to ${most} bytes`,
    parse: (text) => {
      const [, digits = '', unit = ''] = /^(\d+)(Ki|Mi|Gi)?$/.exec(text) ?? [];
      const value = Number(digits) * (quantityUnits[unit] ?? 1);
      return digits !== '' && value >= least && value <= most ? { value } : undefined;
    },
  };
}
