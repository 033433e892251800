import { type OptionsOf, option, switchOption } from '../../src/common/options.js';
import { oneOf, wholeNumber } from '../../src/common/settings.js';
import { targetNames } from './fuzz-input.js';

const most = 999_999_999;

const options = {
  seconds: option('--seconds', 'N', 'how long each target is tried', wholeNumber(1, most), '20'),
  target: option('--target', 'NAME', 'what is tried', oneOf([...targetNames, 'all']), 'all'),
  inputs: option('--inputs', 'N', 'inputs of each target at most', wholeNumber(1, most), String(most)),
  first: option('--first', 'N', 'number of the first input', wholeNumber(0, most), '0'),
  seed: option('--seed', 'N', 'what the inputs are drawn from', wholeNumber(0, most), '1'),
  json: switchOption('--json', 'print the tally as one JSON document'),
};

/** The fuzzer as its command line sees it. */
export const fuzzProgram = {
  name: 'fuzz',
  purpose: 'sends hostile inputs to sidecar, driver server and webhook, over their real wires',
  example: 'npm run fuzz -- --seconds 60 --target grpc',
  options,
};

export type FuzzOptions = OptionsOf<typeof options>;
