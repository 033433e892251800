#!/usr/bin/env node
import { runCommand } from './cli/run-command.js';
import { exitAfterOutput } from './common/exit-codes.js';

// A reader that goes away (EPIPE) must not end a command in its work.
process.stdout.on('error', () => {});
// A command runs until it says that it has ended, although its timers may not hold the process.
setInterval(() => {}, 2 ** 30);
exitAfterOutput(await runCommand(process.argv.slice(2)));
