/** One line of a scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All that a scrape says of one metric. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]Inf|[+-]?[0-9.]+(?:e[+-]?[0-9]+)?)$/;
const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;

/**
 * Reads Prometheus' text format 0.0.4 and throws for whatever is not exactly so: a metric begins with HELP and TYPE, its
 * samples follow together, none is there twice, and a histogram's buckets grow up to +Inf, which is its count.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseScrape(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) {
    throw new Error('a scrape ends with a line end');
  }
  const families = new Map<string, Family>();
  const lines = text.split('\n').filter((line) => line !== '');
  while (lines.length > 0) {
    const family = takeFamily(lines);
    if (families.has(family.name)) {
      throw new Error(`${family.name} is there twice`);
    }
    families.set(family.name, family);
  }
  return families;
}

function takeFamily(lines: string[]): Family {
  const [, name = '', help = ''] = expect(/^# HELP (\S+) (\S.*)$/, lines.shift());
  const [, typed, type = ''] = expect(/^# TYPE (\S+) (counter|gauge|histogram)$/, lines.shift());
  if (typed !== name || !metricName.test(name)) {
    throw new Error(`# TYPE ${typed} follows # HELP ${name}`);
  }
  const samples: Sample[] = [];
  while (lines.length > 0 && lines[0]?.startsWith('#') === false) {
    samples.push(readSample(lines.shift() ?? ''));
  }
  checkNames({ name, type, help, samples });
  return { name, type, help, samples };
}

function readSample(line: string): Sample {
  const [, name = '', inside = '', value = ''] = expect(sampleLine, line);
  const labels: Record<string, string> = {};
  for (let rest = inside; rest !== ''; ) {
    const [whole = '', key = '', text = ''] = expect(label, rest);
    if (Object.hasOwn(labels, key)) {
      throw new Error(`the label ${key} is there twice: ${line}`);
    }
    labels[key] = text.replace(/\\(.)/g, (_all, escaped) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(whole.length);
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

function checkNames(family: Family): void {
  const { name, type, samples } = family;
  const endings = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  const seen = new Set<string>();
  for (const sample of samples) {
    if (!endings.some((ending) => sample.name === name + ending)) {
      throw new Error(`${sample.name} stands under ${name}`);
    }
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(key)) {
      throw new Error(`${key} is there twice`);
    }
    seen.add(key);
    if (type === 'counter' && !(sample.value >= 0)) {
      throw new Error(`the counter ${key} is ${sample.value}`);
    }
  }
  if (type === 'histogram') {
    checkBuckets(family);
  }
}

function checkBuckets({ name, samples }: Family): void {
  const sets = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _le, ...labels } = sample.labels;
    const set = JSON.stringify(Object.entries(labels).sort());
    sets.set(set, [...(sets.get(set) ?? []), sample]);
  }
  for (const [set, of] of sets) {
    const buckets = of.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')));
    const counts = buckets.map(({ value }) => value);
    const grows = (values: number[], strictly: boolean) =>
      values.every(
        (value, index) => index === 0 || value >= Number(values[index - 1]) + (strictly ? 1e-9 : 0),
      );
    const count = of.find((sample) => sample.name === `${name}_count`)?.value;
    const hasSum = of.some((sample) => sample.name === `${name}_sum`);
    const isWhole = bounds.at(-1) === Number.POSITIVE_INFINITY && counts.at(-1) === count && hasSum;
    if (!grows(bounds, true) || !grows(counts, false) || !isWhole) {
      throw new Error(`the buckets of ${name} ${set} are not whole`);
    }
  }
}

function expect(pattern: RegExp, line: string | undefined): RegExpExecArray {
  const found = pattern.exec(line ?? '');
  if (found === null) {
    throw new Error(`this is no line of a scrape here: ${line}`);
  }
  return found;
}

/** The sum of a metric's samples with these labels. */
export function sumOf(
  scrape: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = scrape.get(name) ?? scrape.get(name.replace(/_(count|sum|bucket)$/, ''));
  if (family === undefined) {
    throw new Error(`${name} is not in the scrape`);
  }
  return family.samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** GETs a path of an admin port. */
export async function getAdmin(address: string, path: string): Promise<{ httpStatus: number; text: string }> {
  const response = await fetch(new URL(path, address));
  return { httpStatus: response.status, text: await response.text() };
}

export async function scrape(address: string): Promise<ReadonlyMap<string, Family>> {
  const { httpStatus, text } = await getAdmin(address, '/metrics');
  if (httpStatus !== 200) {
    throw new Error(`/metrics answered ${httpStatus}`);
  }
  return parseScrape(text);
}
