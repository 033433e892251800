import { parseArgs } from 'node:util';
import { alignColumns, type Reader, readSettings } from './settings.js';

/** One option of a command line: `--flag VALUE` or `--flag=VALUE`, or a switch. */
export interface Option<Value> {
  readonly flag: `--${string}`;
  /** What the help calls its value: "FILE". Absent for a switch. */
  readonly valueName?: string;
  readonly purpose: string;
  /** Text that stands in where the option is absent; without one the option is required. */
  readonly fallback?: string;
  /** A repeatable option is read text by text; its value is the list of all. Of any other option the last text counts. */
  readonly isRepeatable?: true;
  readonly read: Reader<Value>;
}

export type OptionsTable = Readonly<Record<string, Option<unknown>>>;
export type OptionsOf<Table extends OptionsTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Option<infer Value> ? Value : never;
};

/** A row of an options table; `fallback` "" is for options that may be left out. */
export function option<const Value>(
  flag: `--${string}`,
  valueName: string,
  purpose: string,
  read: Reader<Value>,
  fallback?: string,
): Option<Value> {
  return { flag, valueName, purpose, read, ...(fallback !== undefined && { fallback }) };
}

/** The same for an option that may be given several times: each text adds one value to the list. */
export function repeatableOption<const Value>(
  flag: `--${string}`,
  valueName: string,
  purpose: string,
  { form, parse }: Reader<Value>,
  fallback?: string,
): Option<readonly Value[]> {
  const parseOne = (text: string) => {
    const parsed = parse(text);
    return parsed === undefined ? undefined : { value: [parsed.value] };
  };
  return { ...option(flag, valueName, purpose, { form, parse: parseOne }, fallback), isRepeatable: true };
}

/** A row for an option without a value. */
export function switchOption(flag: `--${string}`, purpose: string): Option<boolean> {
  return {
    flag,
    purpose,
    fallback: 'false',
    read: { form: '', parse: (text) => ({ value: text === 'true' }) },
  };
}

/** What a command line says, before anything of it is read. */
export interface Words {
  /** Texts by flag, in their order; "true" for a switch. */
  readonly given: Readonly<Record<string, readonly string[]>>;
  readonly operands: readonly string[];
  /** One sentence each. */
  readonly faults: readonly string[];
}

/** Splits a command line by the table, `--help` and `--version`. `takesOperands`: whether anything else may follow. */
export function splitWords(table: OptionsTable, args: readonly string[], takesOperands: boolean): Words {
  const known = new Map(Object.values(table).map((row) => [row.flag as string, row.valueName !== undefined]));
  known.set('--help', false).set('--version', false);
  const options = Object.fromEntries(
    [...known].map(([flag, hasValue]) => [flag.slice(2), { type: hasValue ? 'string' : 'boolean' } as const]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given: Record<string, string[]> = {};
  const operands: string[] = [];
  const faults: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      operands.push(token.value);
    } else if (token.kind === 'option') {
      const hasValue = known.get(token.rawName);
      const isMissing = token.value === undefined || (!token.inlineValue && token.value.startsWith('--'));
      if (hasValue === undefined) {
        faults.push(`${token.rawName} is unknown: see --help`);
      } else if (hasValue && isMissing) {
        faults.push(`${token.rawName} needs a value: see --help`);
      } else if (!hasValue && token.value !== undefined) {
        faults.push(`${token.rawName} takes no value`);
      } else {
        given[token.rawName] = [...(given[token.rawName] ?? []), token.value ?? 'true'];
      }
    }
  }
  if (!takesOperands) {
    faults.push(...operands.map((operand) => `"${operand}" is not an option: see --help`));
  }
  return { given, operands, faults };
}

/** Reads the texts of options. Either all are good, or `faults` has one sentence for each bad one, with its remedy. */
export function readOptions<Table extends OptionsTable>(
  table: Table,
  given: Words['given'],
): { values: OptionsOf<Table>; faults: string[] } {
  const faults: string[] = [];
  const values = Object.fromEntries(
    Object.entries(table).map(([key, row]) => {
      const texts = given[row.flag] ?? [];
      const value = row.isRepeatable
        ? (texts.length === 0 ? [undefined] : texts).flatMap((text) => readText(row, text, faults))
        : readText(row, texts.at(-1), faults);
      return [key, value];
    }),
  );
  return { values: values as OptionsOf<Table>, faults };
}

function readText({ flag, ...rest }: Option<unknown>, text: string | undefined, faults: string[]): unknown {
  const read = readSettings({ value: { env: flag, ...rest } }, { [flag]: text });
  faults.push(...read.faults);
  return read.values.value;
}

/** The table of options as text for --help, one line each. */
export function describeOptions(table: OptionsTable): string {
  const rows = Object.values(table).map(({ flag, valueName, purpose, fallback, isRepeatable, read }) => {
    const name = valueName === undefined ? flag : `${flag} ${valueName}`;
    const standIn = fallback === undefined ? '(required)' : valueName === undefined ? '' : fallback;
    const meaning = isRepeatable ? `${purpose}, repeatable` : purpose;
    return [name, standIn, read.form === '' ? meaning : `${meaning}: ${read.form}`];
  });
  return alignColumns([...rows, ['--help', '', 'print this text'], ['--version', '', 'print the version']]);
}
