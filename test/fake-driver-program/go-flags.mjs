/** Go's flag package (https://pkg.go.dev/flag) as far as KFP's driver uses it: -name=value, --name=value, -h. */
export function parseGoFlags(known, args, program) {
  const types = new Map(known);
  const usage = `Usage of ${program}:\n${[...types].sort().map(usageOf).join('')}`;
  const values = {};
  for (const [index, arg] of args.entries()) {
    const [, name, value] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) {
      return { values, rest: args.slice(index) };
    }
    if (!types.has(name) && (name === 'h' || name === 'help')) {
      return { exitCode: 0, stderr: usage };
    }
    const fault = faultOf(types.get(name), name, value);
    if (fault !== undefined) {
      return { exitCode: 2, stderr: `${fault}\n${usage}` };
    }
    values[name] = value ?? 'true';
  }
  return { values, rest: [] };
}

function usageOf([name, type]) {
  return `  -${name}${type === '' ? '' : ` ${type}`}\n    \tas KFP's driver has it\n`;
}

function faultOf(type, name, value) {
  if (type === undefined) {
    return `flag provided but not defined: -${name}`;
  }
  if (value === undefined && type !== '') {
    return `flag needs an argument: -${name}`;
  }
  if (type === '' && value !== undefined && !/^(1|0|t|f|true|false)$/i.test(value)) {
    return `invalid boolean value ${JSON.stringify(value)} for -${name}: parse error`;
  }
  if (type === 'int' && !/^[+-]?\d+$/.test(value)) {
    return `invalid value ${JSON.stringify(value)} for flag -${name}: parse error`;
  }
  return undefined;
}
