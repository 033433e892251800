import type { Dice } from '../../chaos/dice.js';
import type { FuzzInput, Target } from '../fuzz-input.js';
import { canary } from '../mutate/hostile-values.js';
import { mutateJson } from '../mutate/mutate-json.js';
import { mutateText } from '../mutate/mutate-text.js';
import { templateBodies } from '../seeds.js';
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
  const seeds = templateBodies();
  const seedOf = (index: number) => ({
    seed: index % seeds.length,
    text: withUid(seeds[index % seeds.length] ?? '', index),
  });
  return {
    name: 'http',
    make: (dice, index) => ({
      bytes: mutateBody(seedOf(dice.between(0, seeds.length - 1)).text, dice, index),
      headers: dice.chance(0.03) ? dice.pick(oddHeaders) : {},
    }),
    pristine: (index) => {
      const { seed, text } = seedOf(index);
      return { seed, input: { bytes: Buffer.from(text), headers: {} } };
    },
    connect: (address) => connectHttp(`${address}/api/v1/template.execute`, usual, readTemplateAnswer),
  };
}

/** A workflow of its own, so that it is driven anew and has a task set of its own. */
export function withUid(body: string, index: number): string {
  const parsed = JSON.parse(body);
  parsed.workflow.metadata.uid = `fuzz-${index}`;
  return JSON.stringify(parsed);
}

function mutateBody(seed: string, dice: Dice, index: number): Buffer {
  if (dice.chance(0.25)) {
    // Damaged text may show anything as anything.
    return mutateText(withUid(seed, index).replaceAll(canary, 'x'.repeat(canary.length)), dice);
  }
  const mutated = JSON.stringify(mutateJson(JSON.parse(withUid(seed, index)), dice));
  return dice.chance(0.05) ? mutateText(mutated.replaceAll(canary, 'x'), dice) : Buffer.from(mutated);
}
