import type { Json } from '../../../src/common/json.js';
import {
  containerArguments,
  containerOutputs,
  rootArguments,
  rootOutputs,
  templateBody,
} from '../../../test/support/templates.js';
import type { Dice } from '../../chaos/dice.js';
import { type DriverOutput, type LeftFile, outputArgument, processArgument } from '../driver-output.js';
import type { Target } from '../fuzz-input.js';
import { canary, hostileTexts } from '../mutate/hostile-values.js';
import { mutateJson } from '../mutate/mutate-json.js';
import { damageBytes } from '../mutate/mutate-text.js';
import { testToken } from '../subjects/test-token.js';
import { uidOf } from './http.js';
import { connectHttp } from './http-wire.js';
import { readTemplateAnswer } from './read-template-answer.js';

const usual = { 'Content-Type': 'application/json', Authorization: `Bearer ${testToken}` };
const types = ['ROOT_DAG', 'DAG', 'CONTAINER'] as const;
type DriverType = (typeof types)[number];

/** Share of what is large: it takes as much time as hundreds of others. */
const rare = 0.05;
/** One process in so many inputs: it costs a hundred times as much. */
const processEvery = 256;

const patch: Json = {
  containers: [
    {
      name: 'main',
      image: 'python:3.11',
      command: ['/kfp-launcher/launch', '--execution_id', '8'],
      env: [],
      resources: {},
    },
  ],
  nodeSelector: { disk: 'ssd' },
};

/** What KFP's driver leaves where all is well. */
function goodFiles(type: DriverType): Readonly<Record<string, string>> {
  return type === 'CONTAINER'
    ? {
        'execution-id': '8',
        condition: 'nil',
        'cached-decision': 'false',
        'pod-spec-patch': JSON.stringify(patch),
      }
    : { 'execution-id': '7', 'iteration-count': '0', condition: 'true' };
}

/** Outputs of the driver program, sent as an argument and left by the engine behind sidecar and driver server. */
export function driverFilesTarget(): Target {
  return {
    name: 'driver-files',
    make: (dice, index) => {
      const type = dice.pick(types);
      return inputOf(
        type,
        index,
        dice.chance(0.75) ? hostileFiles(type, dice) : hostileEnd(dice),
        index % processEvery === 0,
      );
    },
    pristine: (index) => {
      const seed = index % types.length;
      const type = types[seed] ?? 'DAG';
      const files = Object.entries(goodFiles(type)).map(([name, text]) => [name, fileOf(text)]);
      const output = { exitCode: 0, stderr: '', files: Object.fromEntries(files) };
      return { seed, input: inputOf(type, index, output, false) };
    },
    connect: (address) => connectHttp(`${address}/api/v1/template.execute`, usual, readTemplateAnswer),
  };
}

function inputOf(type: DriverType, index: number, output: DriverOutput, inProcess: boolean) {
  const base =
    type === 'CONTAINER' ? containerArguments : { ...rootArguments, type, task: '{}', task_name: 'loop' };
  const body = templateBody(
    {
      ...base,
      dag_execution_id: type === 'ROOT_DAG' ? '0' : '1',
      [outputArgument]: JSON.stringify(output),
      ...(inProcess && { [processArgument]: 'true' }),
    },
    type === 'CONTAINER' ? containerOutputs : rootOutputs,
  );
  body.workflow.metadata.uid = uidOf(index);
  return { bytes: Buffer.from(JSON.stringify(body)), headers: {} };
}

function fileOf(content: string | Buffer, kind: LeftFile['kind'] = 'file'): LeftFile {
  return { kind, base64: Buffer.from(content).toString('base64') };
}

/** An end without a fault, and one or two files that are not as KFP writes them. */
function hostileFiles(type: DriverType, dice: Dice): DriverOutput {
  const good = goodFiles(type);
  const files: Record<string, LeftFile> = Object.fromEntries(
    Object.entries(good).map(([name, text]) => [name, fileOf(text)]),
  );
  const names = Object.keys(good);
  for (let left = dice.between(1, 2); left > 0; left -= 1) {
    const name = names[dice.between(0, names.length - 1)] ?? '';
    if (name === 'pod-spec-patch' && dice.chance(0.6)) {
      files[name] = fileOf(JSON.stringify(mutateJson(structuredClone(patch), dice)));
    } else if (dice.chance(0.1)) {
      delete files[name];
    } else {
      files[name] = hostileFile(good[name] ?? '', dice);
    }
  }
  const stderr = `input ComponentSpec:{"fuzz":"${canary}"}\n`.repeat(
    dice.chance(rare) ? 1_000 : dice.pick([0, 1, 1]),
  );
  return { exitCode: 0, stderr, files };
}

function hostileFile(good: string, dice: Dice): LeftFile {
  const variants: readonly [() => LeftFile, ...(() => LeftFile)[]] = [
    () => fileOf(dice.pick(hostileTexts)),
    () =>
      fileOf(
        dice.pick([
          '0',
          '00',
          '-1',
          '+7',
          '7\n',
          ' 7',
          '7.0',
          '1e3',
          '0x7',
          '2147483648',
          '9223372036854775807',
        ]),
      ),
    () => fileOf(dice.pick(['TRUE', 'True', 't', '1', 'false\n', 'null', `${canary} is no value`])),
    () => fileOf(damageBytes(Buffer.from(good), dice)),
    () => fileOf(`${good}${dice.pick(['\0', '\n', '\ufeff', '\u007f', '\u{e0067}', '\u{1f9cc}'])}`),
    () => fileOf(JSON.stringify(mutateJson(structuredClone(patch), dice))),
    () => fileOf(JSON.stringify(mutateJson(structuredClone(patch), dice))),
    () =>
      fileOf(
        JSON.stringify({
          containers: [
            { args: [dice.pick(hostileTexts).repeat(dice.chance(rare) ? 60_000 : dice.pick([1, 400]))] },
          ],
        }),
      ),
    () => fileOf('x'.repeat(dice.chance(rare) ? dice.pick([300_000, 1_048_577]) : 1_000)),
    () => fileOf('', dice.pick(['folder', 'folder', 'folder', 'pipe'])),
    () => fileOf(dice.pick(['/etc/passwd', '/dev/zero', 'nowhere', '.']), 'link'),
  ];
  return dice.pick(variants)();
}

const lastWords = [
  'F1121 01:52:51.072295   31800 main.go:127] KFP driver: driver.Container(pipelineName=hello, runID=run-1, task="echo") failed: failed to resolve inputs: parent DAG does not have input parameter a',
  'F1121 01:52:51.072295   31800 main.go:127] KFP driver: driver.DAG(pipelineName=hello, runID=run-1) failed: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.1:8080: connect: connection refused"',
  'F1121 01:52:51.072295   31800 main.go:127] KFP driver: --container is required for CONTAINER but was not provided',
  'panic: runtime error: invalid memory address or nil pointer dereference',
  'fatal error: runtime: out of memory',
  'flag provided but not defined: -foo',
  `invalid value "${canary}" for flag -iteration_index: parse error`,
] as const;

/** An end with a fault: the term message on stderr, as it is or mutated, among lines with specs. */
function hostileEnd(dice: Dice): DriverOutput {
  const word = dice.pick(lastWords);
  const spec = `I1121 01:52:51.000000   31390 main.go:200] input ComponentSpec:{"fuzz":"${canary}"}`;
  const damaged = dice.chance(0.5)
    ? word
    : damageBytes(Buffer.from(word.replaceAll(canary, 'x')), dice).toString('latin1');
  const words = dice.pick<readonly string[]>([
    [damaged],
    [spec, damaged],
    [damaged, spec],
    [spec, `${damaged} ${'{"a":['.repeat(dice.chance(rare) ? 5_000 : 50)}`],
    [damaged, dice.pick(hostileTexts)],
    [`${damaged} ${dice.pick(hostileTexts).repeat(dice.chance(rare) ? 500 : 50)}`],
    [],
  ]);
  return { exitCode: dice.pick([1, 1, 1, 2, 2, 3, 127, 255]), stderr: `${words.join('\n')}\n`, files: {} };
}
