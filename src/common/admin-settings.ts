import { anyText, offOr, port, setting } from './settings.js';

/** The port off, or where it listens. `fallback` is a port or "off". */
export function adminSettings(fallback: string) {
  return {
    adminHost: setting(
      'ADMIN_HOST',
      'address of the admin port; :: is every address, IPv4 too',
      anyText('an address of this host'),
      '::',
    ),
    adminPort: setting(
      'ADMIN_PORT',
      'port of /healthz, /readyz, /metrics and /version; 0 for any, off for none',
      offOr(port()),
      fallback,
    ),
  } as const;
}

/** Both programs of a pod have theirs where Argo's controller has its metrics. */
export const usualAdminPort = '9090';
