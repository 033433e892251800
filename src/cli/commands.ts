/** What the module of a command exports. */
export interface Command {
  /** Runs the command with what stands behind its name; resolves with the exit code, one of `exitCodes`. */
  run(args: readonly string[]): Promise<number>;
}

/** A command of driver-plugin. */
export interface CommandEntry {
  readonly name: string;
  /** For the list of commands and the head of the command's own help. */
  readonly purpose: string;
  /** Loads the command, and nothing that another one needs. */
  readonly load: () => Promise<Command>;
}

/** All commands, in the order of the help. The first one is the default. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'serve',
    purpose:
      'the sidecar: takes plugin templates from Argo, asks a kfp-driver-server over gRPC (the default)',
    load: () => import('./serve.js'),
  },
  {
    name: 'play',
    purpose: "plays compiled workflows against a sidecar, as Argo's controller and agent would",
    load: () => import('./play.js'),
  },
  {
    name: 'demo',
    purpose:
      'converts a stock pipeline and plays it, then three examples, on this machine; needs nothing else',
    load: () => import('./demo.js'),
  },
  {
    name: 'execute',
    purpose: 'sends one task to a kfp-driver-server and prints what Argo would see',
    load: () => import('./execute.js'),
  },
  {
    name: 'convert',
    purpose: 'rewrites the driver pods of compiled workflows to plugin templates',
    load: () => import('./convert.js'),
  },
  {
    name: 'webhook',
    purpose: 'converts workflows on their way into the cluster, as a mutating admission webhook',
    load: () => import('./webhook.js'),
  },
  {
    name: 'doctor',
    purpose: 'says whether a cluster can run plugin drivers, with a remedy for each fault',
    load: () => import('./doctor.js'),
  },
  {
    name: 'dev-driver',
    purpose: 'a kfp-driver-server for laptops and tests; a fake',
    load: () => import('./dev-driver.js'),
  },
];

/** Name and purpose of a command, for its own help. */
export function describeCommand(name: string): { readonly name: string; readonly purpose: string } {
  const purpose = commands.find((command) => command.name === name)?.purpose ?? '';
  return { name: `driver-plugin ${name}`, purpose };
}
