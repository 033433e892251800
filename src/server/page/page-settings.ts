import { isReadable } from '../../common/is-readable.js';
import { anyText, flag, optional, type Setting, type SettingsOf, setting } from '../../common/settings.js';

/** Settings of the page on the admin port. */
export const pageSettings = {
  adminPage: setting(
    'ADMIN_PAGE',
    'true: the admin port shows at / what this server has driven lately, with the names of workflows and tasks',
    flag(),
    'false',
  ),
  adminTokenFile: setting(
    'ADMIN_TOKEN_FILE',
    'file with the tokens that the page asks for, one a line; read for each request',
    optional(anyText('a path')),
    '',
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

interface Checked extends SettingsOf<typeof pageSettings> {
  readonly adminPort: number | undefined;
}

/** Faults that none of them has alone. */
export function checkPageSettings({ adminPage, adminTokenFile, adminPort }: Checked): string[] {
  const checks: readonly (readonly [isFault: boolean, fault: string])[] = [
    [adminPage && adminPort === undefined, 'ADMIN_PAGE needs the admin port: set ADMIN_PORT, or unset it'],
    [
      adminTokenFile !== undefined && !adminPage,
      'ADMIN_TOKEN_FILE guards nothing but the page: set ADMIN_PAGE to true, or unset it',
    ],
    [
      adminTokenFile !== undefined && !isReadable(adminTokenFile),
      'ADMIN_TOKEN_FILE names a file that cannot be read',
    ],
  ];
  return checks.filter(([isFault]) => isFault).map(([, fault]) => fault);
}
