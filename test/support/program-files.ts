import { fileURLToPath } from 'node:url';

/**
 * What tests start as processes: the programs as `npm start` runs them or, with PROGRAMS=bundles, as images and the npm package
 * have them, which `npm run bundle` makes.
 */
const [plugin, server] =
  process.env['PROGRAMS'] === 'bundles'
    ? ['bundles/driver-plugin.cjs', 'bundles/kfp-driver-server.cjs']
    : ['src/main.js', 'src/server/main.js'];

const fileOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const driverPluginFile = fileOf(plugin);
export const driverServerFile = fileOf(server);
