#!/usr/bin/env node
import { runCommand } from './cli/run-command.js';
import { runToEnd } from './common/run-to-end.js';

runToEnd(() => runCommand(process.argv.slice(2)));
