import type protobuf from 'protobufjs';
import descriptor, {
  type IDescriptorProto,
  type IFileDescriptorProto,
} from 'protobufjs/ext/descriptor/index.js';
import { readDescriptorSet } from '../../contract/service-definition.js';

const packageName = 'kfp.driver.v1';
export const serviceName = `${packageName}.DriverService`;

/** Names of all that a contract has, such as ExecuteRequest.run_id, with what must be equal on both sides. */
type Parts = ReadonlyMap<string, string>;

/**
 * What a server's contract lacks of ours, one text each; empty where it has all of it, and whatever it has beyond. The
 * server's files come from reflection.
 */
export function findContractGaps(files: readonly Buffer[]): string[] {
  const theirs = partsOf(files.map((file) => decode('FileDescriptorProto', file) as IFileDescriptorProto));
  const ours = partsOf(
    (decode('FileDescriptorSet', readDescriptorSet()) as { file: IFileDescriptorProto[] }).file,
  );
  const gaps: string[] = [];
  for (const [name, form] of ours) {
    const given = theirs.get(name);
    if (given === undefined) {
      gaps.push(`${name} is missing`);
    } else if (given !== form) {
      gaps.push(`${name} is ${given}, not ${form}`);
    }
  }
  return gaps;
}

function decode(type: 'FileDescriptorProto' | 'FileDescriptorSet', bytes: Buffer): object {
  const message: protobuf.Type = descriptor[type];
  return message.toObject(message.decode(bytes), { enums: String });
}

function partsOf(files: readonly IFileDescriptorProto[]): Parts {
  const parts = new Map<string, string>();
  for (const file of files.filter((one) => one.package === packageName)) {
    for (const message of file.messageType ?? []) {
      addMessage(parts, message, '');
    }
    for (const { name, value } of file.enumType ?? []) {
      for (const member of value ?? []) {
        parts.set(`${name}.${member.name}`, `number ${member.number ?? 0}`);
      }
    }
    for (const { name, method } of file.service ?? []) {
      for (const { name: methodName, inputType, outputType } of method ?? []) {
        parts.set(`${name}.${methodName}`, `from ${inputType} to ${outputType}`);
      }
    }
  }
  return parts;
}

function addMessage(parts: Map<string, string>, message: IDescriptorProto, prefix: string): void {
  const name = `${prefix}${message.name}`;
  for (const field of message.field ?? []) {
    const type = field.typeName || wordOf(field.type);
    const repeated = wordOf(field.label) === 'repeated' ? 'repeated ' : '';
    parts.set(`${name}.${field.name}`, `field ${field.number} of type ${repeated}${type}`);
  }
  for (const nested of message.nestedType ?? []) {
    addMessage(parts, nested, `${name}.`);
  }
}

/** TYPE_INT64 as a .proto file has it: int64. */
function wordOf(enumName: unknown): string {
  return String(enumName)
    .replace(/^(TYPE|LABEL)_/, '')
    .toLowerCase();
}
