import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type JsonObject, listOf, objectOf } from '../../src/common/json.js';
import { readManifest } from '../../src/workflow/read-manifest.js';
import { asCreated, reviewOf } from '../../test/support/admission.js';
import {
  containerArguments,
  rootArguments,
  rootOutputs,
  templateBody,
} from '../../test/support/templates.js';
import type { Dice } from '../chaos/dice.js';
import { canary } from './mutate/hostile-values.js';

// Real requests, from the workflows in examples/ and from the recordings beside the project, where they are.

const pathOf = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));
const mostBytes = 120_000;
const mostSeeds = 120;

/** A body as Argo's agent POSTs it. */
export interface TemplateBody {
  readonly workflow: { readonly metadata: JsonObject };
  readonly template: JsonObject;
}

/** Bodies of templates whose arguments are all there, with the canary where nothing may be shown. */
export function templateBodies(): readonly string[] {
  const recorded = filesIn('../shared/argo-transcripts', '.json').flatMap(postsOf);
  const own = [
    templateBody(containerArguments),
    templateBody(rootArguments, rootOutputs),
    templateBody({ ...rootArguments, type: 'DAG', task: '{"taskInfo":{}}', task_name: 'loop' }, rootOutputs),
  ].map((body) => JSON.stringify(body));
  const bodies = spread([...own, ...recorded].filter((body) => body.length < mostBytes)).map(withCanary);
  return bodies.sort(bySize);
}

function postsOf(file: string): string[] {
  const transcript: { readonly posts?: readonly { readonly body?: string }[] } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  return (transcript.posts ?? []).flatMap(({ body }) => body ?? []);
}

function withCanary(text: string): string {
  const body: TemplateBody = JSON.parse(text);
  const plugin = objectOf(body.template['plugin']);
  for (const [key, value] of Object.entries(plugin)) {
    const args = objectOf(objectOf(value)['args']);
    const specs = Object.entries(args).filter(
      ([, spec]) => typeof spec === 'string' && spec.startsWith('{"'),
    );
    const marked = specs.map(([name, spec]) => [name, `{"fuzz":"${canary}",${String(spec).slice(1)}`]);
    plugin[key] = { args: { ...args, ...Object.fromEntries(marked), unknown_to_all: canary } };
  }
  return JSON.stringify(body);
}

/** AdmissionReviews of workflows as KFP's API server creates them. */
export function admissionReviews(): readonly string[] {
  const files = [
    ...filesIn('examples/stock', '.yaml'),
    ...filesIn('examples/workflows', '.yaml'),
    ...filesIn('../shared/kfp-stock', '.yaml'),
    ...filesIn('../shared/kfp-workflows', '.yaml'),
  ].filter((file) => statSync(file).size < mostBytes);
  return spread(files)
    .map((file) => readManifest(readFileSync(file, 'utf8')))
    .filter(
      (workflow) =>
        isJsonObject(workflow['metadata']) && listOf(objectOf(workflow['spec'])['templates']).length > 0,
    )
    .map((workflow) => reviewOf(asCreated(workflow)))
    .sort(bySize);
}

function bySize(one: string, other: string): number {
  return one.length - other.length;
}

/** One of the seeds, which come in the order of their sizes: the smallest of three, because large ones take their time. */
export function drawSeed<Seed>(seeds: readonly Seed[], dice: Dice): Seed {
  const draw = () => dice.between(0, seeds.length - 1);
  return seeds[Math.min(draw(), draw(), draw())] as Seed;
}

function filesIn(folder: string, ending: string): string[] {
  const path = pathOf(folder);
  if (!existsSync(path)) {
    return [];
  }
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  return names.filter((name) => name.endsWith(ending)).map((name) => join(path, name));
}

/** As many as there is room for, from all over the list. */
function spread<Item>(items: readonly Item[]): readonly Item[] {
  const step = Math.max(1, items.length / mostSeeds);
  return Array.from(
    { length: Math.min(items.length, mostSeeds) },
    (_, at) => items[Math.floor(at * step)],
  ).flatMap((item) => item ?? []);
}
