/** How every command of this project ends. 78 is EX_CONFIG of sysexits.h. */
export const exitCodes = { ok: 0, failed: 1, badUsage: 2, badConfiguration: 78 } as const;

/** Ends this process. process.exit() alone loses what a full pipe has not taken yet. */
export function exitAfterOutput(exitCode: number): void {
  process.stdout.write('', () => process.exit(exitCode));
}
