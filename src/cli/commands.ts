import { type CommandName, commandNames } from './command-names.js';

/** What the module of a command exports. */
export interface Command {
  /** Runs the command with what stands behind its name; resolves with the exit code, one of `exitCodes`. */
  run(args: readonly string[]): Promise<number>;
}

/** A command of driver-plugin. */
export interface CommandEntry extends CommandName {
  /** Loads the command, and nothing that another one needs. */
  readonly load: () => Promise<Command>;
}

const loaders: Readonly<Record<(typeof commandNames)[number]['name'], () => Promise<Command>>> = {
  serve: () => import('./serve.js'),
  play: () => import('./play.js'),
  demo: () => import('./demo.js'),
  execute: () => import('./execute.js'),
  convert: () => import('./convert.js'),
  webhook: () => import('./webhook.js'),
  doctor: () => import('./doctor.js'),
  'dev-driver': () => import('./dev-driver.js'),
};

/** All commands, in the order of the help. The first one is the default. */
export const commands: readonly CommandEntry[] = commandNames.map((command) => ({
  ...command,
  load: loaders[command.name],
}));
