import { type OptionsOf, option, switchOption } from '../../src/common/options.js';
import { anyText, optional, type Reader, wholeNumber } from '../../src/common/settings.js';
import type { Scenario } from './scenario.js';

const everything = 'all';
const quickRounds = 1;
const usualRounds = 5;

/** The benchmark as its command line sees it. */
export function describeBench(scenarios: readonly Scenario[]) {
  return {
    name: 'bench',
    purpose: 'measures what the programs cost, each beside the least that it could cost, in one run',
    example: 'npm run bench -- --scenario start,throughput',
    notes: [
      'Scenarios (name, what is measured):',
      ...scenarios.map(({ name, purpose }) => `  ${name.padEnd(12)}${purpose}`),
    ],
    options: {
      scenarios: option('--scenario', 'NAME[,NAME]', 'measure only these', namesOf(scenarios), everything),
      rounds: option(
        '--rounds',
        'N',
        `how often each subject is measured, else ${usualRounds}, with --quick ${quickRounds}`,
        optional(wholeNumber(1, 1000)),
        '',
      ),
      quick: switchOption('--quick', 'under two minutes, for CI: fewer rounds, sizes and tasks'),
      json: switchOption('--json', 'print one JSON document'),
      markdown: option(
        '--markdown',
        'FILE',
        'write the tables into this page, between its comments',
        optional(anyText('a path')),
        '',
      ),
      python: option(
        '--python',
        'FILE',
        "interpreter for the stand-in of the proposal's mock",
        anyText('a program that can import fastapi and uvicorn'),
        'python3',
      ),
    },
  };
}

export type BenchOptions = OptionsOf<ReturnType<typeof describeBench>['options']>;

/** The rounds that the options ask for. */
export function roundsOf({ rounds, quick }: Pick<BenchOptions, 'rounds' | 'quick'>): number {
  return rounds ?? (quick ? quickRounds : usualRounds);
}

function namesOf(scenarios: readonly Scenario[]): Reader<readonly Scenario[]> {
  return {
    form: `${everything}, or names out of ${scenarios.map(({ name }) => name).join(', ')}`,
    parse: (text) => {
      const names = text === everything ? scenarios.map(({ name }) => name) : text.split(',');
      const isKnown = names.every((asked) => scenarios.some(({ name }) => name === asked));
      return isKnown ? { value: scenarios.filter(({ name }) => names.includes(name)) } : undefined;
    },
  };
}
