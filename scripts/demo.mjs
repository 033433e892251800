// Starts dev-driver and sidecar on free ports, plays the examples, shows the tree, stops. `npm run demo`.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';

const folder = 'examples/workflows';
const files = readdirSync(folder).map((name) => `${folder}/${name}`);
const play = spawn(process.execPath, ['dist/src/play/main.js', '--parallel', '1', ...files], {
  stdio: 'inherit',
});
play.on('exit', (exitCode) => {
  process.exitCode = exitCode ?? 1;
});
