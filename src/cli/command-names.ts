/** What a command is called, and what for. */
export interface CommandName {
  readonly name: string;
  /** For the list of commands and the head of the command's own help. */
  readonly purpose: string;
}

/** All commands, in the order of the help. The first one is the default. */
export const commandNames = [
  {
    name: 'serve',
    purpose:
      'the sidecar: takes plugin templates from Argo, asks a kfp-driver-server over gRPC (the default)',
  },
  {
    name: 'play',
    purpose: "plays compiled workflows against a sidecar, as Argo's controller and agent would",
  },
  {
    name: 'demo',
    purpose:
      'converts a stock pipeline and plays it, then three examples, on this machine; needs nothing else',
  },
  { name: 'execute', purpose: 'sends one task to a kfp-driver-server and prints what Argo would see' },
  { name: 'convert', purpose: 'rewrites the driver pods of compiled workflows to plugin templates' },
  {
    name: 'webhook',
    purpose: 'converts workflows on their way into the cluster, as a mutating admission webhook',
  },
  {
    name: 'doctor',
    purpose: 'says whether a cluster can run plugin drivers, with a remedy for each fault',
  },
  { name: 'dev-driver', purpose: 'a kfp-driver-server for laptops and tests; a fake' },
] as const satisfies readonly CommandName[];

/** Name and purpose of a command, for its own help. */
export function describeCommand(name: (typeof commandNames)[number]['name']): CommandName {
  const purpose = commandNames.find((command) => command.name === name)?.purpose ?? '';
  return { name: `driver-plugin ${name}`, purpose };
}
