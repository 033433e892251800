import { isJsonObject, type Json, type JsonObject, listOf } from '../../common/json.js';
import { expectOnly, expectText, refuse } from './refusal.js';

const callMembers = [
  'arguments',
  'continueOn',
  'hooks',
  'name',
  'onExit',
  'template',
  'when',
  'withItems',
  'withParam',
  'withSequence',
];

/** Throws an Error of one sentence for anything in a task or step that a walk could not follow as Argo would. */
export function checkCall(
  call: Json,
  more: readonly string[],
  names: ReadonlySet<string>,
  kind: string,
): void {
  if (!isJsonObject(call)) {
    refuse(`${kind} is no object`);
  }
  const where = `${kind.replace(/^a /, `the ${call['name']} `)}`;
  expectText(call['name'], `the name of ${kind}`);
  expectOnly(call, [...callMembers, ...more], where);
  const hook = checkHooks(call, where);
  checkArguments(call['arguments'], where);
  checkArguments(isJsonObject(hook) ? hook['arguments'] : undefined, where);
  checkTemplateName(expectText(call['template'], `the template of ${where}`), names, where);
  checkTemplateName(hook?.['template'] ?? call['onExit'], names, where);
}

/** The exit hook, if there is one; hooks that run on a condition are refused. */
export function checkHooks({ hooks }: JsonObject, where: string): JsonObject | undefined {
  let exit: JsonObject | undefined;
  for (const [name, hook] of Object.entries(isJsonObject(hooks) ? hooks : {})) {
    if (name !== 'exit' || !isJsonObject(hook) || hook['expression'] !== undefined) {
      refuse(`${where} has the hook ${name} with an expression, and only plain exit hooks are followed here`);
    }
    exit = hook;
  }
  return exit;
}

export function checkTemplateName(name: Json | undefined, names: ReadonlySet<string>, where: string): void {
  if (name !== undefined && !names.has(String(name))) {
    refuse(`${where} calls the template ${name}, which does not exist`);
  }
}

function checkArguments(args: Json | undefined, where: string): void {
  if (!isJsonObject(args)) {
    return;
  }
  if (listOf(args['artifacts']).length > 0) {
    refuse(`${where} has artifacts among its arguments, which are not followed here`);
  }
  for (const parameter of listOf(args['parameters'])) {
    checkParameter(parameter, where);
  }
}

export function checkParameter(parameter: Json, where: string): void {
  // An unquoted y or n is a boolean in Kubernetes' YAML, and easily meant as a name.
  expectText(isJsonObject(parameter) ? parameter['name'] : undefined, `the name of a parameter of ${where}`);
  const valueFrom = isJsonObject(parameter) ? parameter['valueFrom'] : undefined;
  for (const source of ['configMapKeyRef', 'expression', 'event']) {
    if (isJsonObject(valueFrom) && valueFrom[source] !== undefined) {
      const name = isJsonObject(parameter) ? parameter['name'] : '';
      refuse(`parameter ${name} of ${where} takes its value from ${source}, which is not followed here`);
    }
  }
}
