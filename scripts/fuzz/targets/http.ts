import type { Dice } from '../../chaos/dice.js';
import type { FuzzInput, Target } from '../fuzz-input.js';
import { canary } from '../mutate/hostile-values.js';
import { mutateJson } from '../mutate/mutate-json.js';
import { mutateText } from '../mutate/mutate-text.js';
import { drawSeed, type TemplateBody, templateBodies } from '../seeds.js';
import { testToken } from '../subjects/test-token.js';
import { connectHttp } from './http-wire.js';
import { readTemplateAnswer } from './read-template-answer.js';

const usual = { 'Content-Type': 'application/json', Authorization: `Bearer ${testToken}` };

const oddHeaders: readonly [FuzzInput['headers'], ...FuzzInput['headers'][]] = [
  { 'Content-Type': 'text/plain' },
  { 'Content-Type': 'application/json; charset=utf-16' },
  { 'Content-Type': 'application/jsonx' },
  { 'Content-Type': ';;;' },
  { 'Content-Encoding': 'gzip' },
  { 'Content-Encoding': 'x' },
  { 'Transfer-Encoding': 'chunked' },
  { Authorization: 'Bearer wrong' },
  { Authorization: 'Bearer ' },
  { Authorization: `Basic ${testToken}` },
  { Authorization: `bearer ${'x'.repeat(4_000)}` },
  { ':method': 'PUT' },
  { ':method': 'DELETE' },
  { Expect: '100-continue' },
];

/** Bodies of template.execute to the sidecar. */
export function httpTarget(): Target {
  const seeds = templateBodies().map(markUid);
  return {
    name: 'http',
    make: (dice, index) => ({
      bytes: mutateBody(withUid(drawSeed(seeds, dice), index), dice),
      headers: dice.chance(0.03) ? dice.pick(oddHeaders) : {},
    }),
    pristine: (index) => {
      const seed = index % seeds.length;
      return { seed, input: { bytes: Buffer.from(withUid(seeds[seed] ?? '', index)), headers: {} } };
    },
    connect: (address) => connectHttp(`${address}/api/v1/template.execute`, usual, readTemplateAnswer),
  };
}

/** Stands in a seed where each input has a uid of its own. */
const uidMark = 'uid-of-the-input';

function markUid(body: string): string {
  const parsed: TemplateBody = JSON.parse(body);
  parsed.workflow.metadata['uid'] = uidMark;
  return JSON.stringify(parsed);
}

/** A workflow of its own, so that it is driven anew and has a task set of its own. */
function withUid(marked: string, index: number): string {
  return marked.replace(uidMark, uidOf(index));
}

export function uidOf(index: number): string {
  return `fuzz-${index}`;
}

function mutateBody(seed: string, dice: Dice): Buffer {
  if (dice.chance(0.25)) {
    // Damaged text may show anything as anything.
    return mutateText(seed.replaceAll(canary, 'x'.repeat(canary.length)), dice);
  }
  const mutated = JSON.stringify(mutateJson(JSON.parse(seed), dice));
  return dice.chance(0.05) ? mutateText(mutated.replaceAll(canary, 'x'), dice) : Buffer.from(mutated);
}
