import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readValues, type ValuesEntry } from '../../chart/read-values.js';
import type { Check } from '../checks.js';
import { compareWithFile } from '../compare-with-file.js';
import { chartFolder, objectsOf } from '../helm.js';
import type { KubeObject } from '../kube-client.js';
import { lineChanges } from '../line-changes.js';
import { createNamespace } from '../namespaces.js';
import type { Stage } from '../stage.js';
import {
  describeCase,
  helmArguments,
  helmArgumentsBefore,
  type ValueCase,
  valueCases,
  valuesWithoutCase,
} from './value-cases.js';

const namespace = 'rendering';

/** What the chart renders: goldens of the bare chart and of each value, and what a real API server makes of it. */
export function rendering(updateGoldens: boolean): readonly Check[] {
  return [
    { title: 'two renders of the chart are byte-equal', run: rendersAreEqual },
    {
      title: 'the bare chart renders what its golden file has',
      run: async ({ helm }) =>
        compareWithFile('scripts/cluster/golden/default.yaml', await helm.render(namespace), updateGoldens),
    },
    {
      title: 'each value changes what its golden file has',
      run: async (stage) =>
        compareWithFile('scripts/cluster/golden/values.diff', await changesOfCases(stage), updateGoldens),
    },
    { title: 'each value of values.yaml has a case, and each case a value', run: casesAreComplete },
    { title: 'every object of every case passes server-side validation', run: everyCaseIsValid },
    { title: 'helm lint finds nothing', run: lint },
    {
      title: 'every helm command of docs/install.md and of the README files renders',
      run: documentedCommands,
    },
    { title: 'the notes of an install say what this cluster lacks, and how to see the rest', run: notes },
  ];
}

async function rendersAreEqual({ helm }: Stage): Promise<void> {
  assert.equal(await helm.render(namespace), await helm.render(namespace));
}

async function changesOfCases({ helm }: Stage): Promise<string> {
  const parts: string[] = [];
  const rendered = new Map<string, string>();
  for (const one of valueCases) {
    const args = helmArgumentsBefore(one);
    const before = rendered.get(args.join()) ?? (await helm.render(namespace, ...args));
    rendered.set(args.join(), before);
    const changes = lineChanges(before, await helm.render(namespace, ...helmArguments(one)));
    assert.notEqual(changes.length, 0, `${describeCase(one)} changes nothing`);
    parts.push(`# ${describeCase(one)}\n${changes.join('\n')}\n`);
  }
  return parts.join('\n');
}

async function casesAreComplete(): Promise<void> {
  const entries = readValues(readFileSync(join(chartFolder, 'values.yaml'), 'utf8'));
  const covered = [...valueCases.map(({ value }) => value), ...Object.keys(valuesWithoutCase)];
  assert.deepEqual([...new Set(covered)].sort(), leavesOf(entries).sort());
}

function leavesOf(entries: readonly ValuesEntry[], path = ''): string[] {
  return entries.flatMap((entry) =>
    entry.kind === 'leaf' ? [`${path}${entry.key}`] : leavesOf(entry.entries, `${path}${entry.key}.`),
  );
}

async function everyCaseIsValid(stage: Stage): Promise<void> {
  const accounts = ['pipeline-runner', 'kfp-driver-server', 'drivers', 'driver-plugin-doctor'];
  await createNamespace(stage.cluster.admin, namespace, accounts);
  const seen = new Set<string>();
  const cases: readonly (ValueCase | undefined)[] = [undefined, ...valueCases];
  for (const one of cases) {
    const rendered = await stage.helm.render(namespace, ...(one === undefined ? [] : helmArguments(one)));
    for (const object of objectsOf(rendered)) {
      const text = JSON.stringify(object);
      if (seen.has(text)) {
        continue;
      }
      seen.add(text);
      const what = one === undefined ? 'the bare chart' : describeCase(one);
      await applyDry(stage, object, `${what}: ${object.kind} ${object.metadata.name}`);
    }
  }
}

/** As if it were for the one namespace that is there, since some cases are about another. */
async function applyDry({ cluster, paths }: Stage, object: KubeObject, what: string): Promise<void> {
  const body = { ...object, metadata: { ...object.metadata, namespace } };
  const query = 'dryRun=All&fieldValidation=Strict&fieldManager=check&force=true';
  const answer = await cluster.admin.request('PATCH', `${await paths.item(body)}?${query}`, {
    body,
    contentType: 'application/apply-patch+yaml',
  });
  assert.ok(answer.status < 300, `${what}: ${answer.body.message}`);
}

async function lint({ helm }: Stage): Promise<void> {
  const { exitCode, stdout } = await helm.run('lint', '--strict', chartFolder);
  assert.equal(exitCode, 0, stdout);
}

/** Their values, that is: where they install to is the reader's. */
async function documentedCommands({ helm }: Stage): Promise<void> {
  const files = ['docs/install.md', 'README.md', 'charts/driver-plugin/README.md'];
  const texts = files.map((file) => readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8'));
  const commands = texts
    .flatMap((text) => text.replaceAll('\\\n', ' ').match(/^ *helm (install|upgrade --install) .*/gm) ?? [])
    .map((command) =>
      [...command.matchAll(/--set ('[^']+'|\S+)/g)].map(([, value = '']) => value.replaceAll("'", '')),
    );
  assert.ok(commands.length >= 4 && commands.every((values) => values.length > 0));
  for (const values of commands) {
    await helm.render('documented', ...values.flatMap((value) => ['--set', value]));
  }
}

async function notes({ helm }: Stage): Promise<void> {
  const args = ['install', 'driver-plugin', chartFolder, '-n', 'notes'];
  const here = await helm.expect(...args, '--dry-run=server');
  assert.doesNotMatch(here, /MISSING/);
  assert.match(here, /CHECK: imageRegistry is empty/);
  assert.match(here, /kubectl set env deployment\/workflow-controller -n kubeflow/);
  assert.match(here, /kubectl auth can-i patch workflowtasksets\/status -n notes/);
  assert.match(here, /helm test driver-plugin -n notes --logs/);
  assert.doesNotMatch(here, /kubectl label namespace/);
  const adopting = await helm.expect(...args, '--dry-run=server', '--set', 'adopt.enabled=true');
  assert.match(adopting, /kubectl label namespace notes driver-plugin\/adopt=2\.17\.0\n/);
}

/** Of a cluster that has no Argo yet. */
export const withoutArgo: readonly Check[] = [
  {
    title: 'the notes of an install without Argo say that it is missing',
    run: async ({ helm }) => {
      const text = await helm.expect(
        'install',
        'driver-plugin',
        chartFolder,
        '-n',
        'notes',
        '--dry-run=server',
      );
      assert.match(text, /MISSING: this cluster has no WorkflowTaskSet/);
    },
  },
];
