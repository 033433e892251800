// For the build alone: runs FOLDER's program until the parent says that it has done its work, and writes what V8
// compiled meanwhile. Stands below run-bundle.cjs: node FILE FOLDER [ARGS...], as a child with a channel.
const { resolve } = require('node:path');

const [target] = process.argv.splice(2, 1).map((path) => resolve(path));
process.once('message', () => {
  writeCaches(target);
  process.exit(0);
});
runBundle(target, 'program');
