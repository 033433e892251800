#!/usr/bin/env node
import { printExit, readCommand } from '../common/command-line.js';
import { runToEnd } from '../common/run-to-end.js';
import { askProgram } from './ask-program.js';
import { checkServerSettings, serverSettings } from './server-settings.js';

const name = 'kfp-driver-server';
const purpose = "serves Kubeflow Pipelines' own driver over gRPC, for the driver-plugin sidecar";
const example =
  'ENGINE=memory NAMESPACE=kubeflow ALLOW_UNAUTHENTICATED=true SERVER_HOST=127.0.0.1 kfp-driver-server';

const command = readCommand(
  { name, purpose, example, settings: serverSettings, check: checkServerSettings },
  process.argv.slice(2),
  process.env,
);

runToEnd(async () => {
  if (command.kind === 'exit') {
    return printExit(command);
  }
  // It answers while the rest is loaded.
  const asked = askProgram(command.settings, process.env);
  const { runServer } = await import('./run-server.js');
  return runServer(name, command.settings, asked);
});
