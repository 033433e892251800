import { spawn } from 'node:child_process';
import { waitForEnd } from '../../test/support/start-program.js';

/** One finding of `driver-plugin doctor --json`. */
export interface DoctorFinding {
  readonly id: string;
  readonly outcome: 'well' | 'warning' | 'error' | 'skipped';
  readonly sentence: string;
  readonly remedy?: string;
}

export interface DoctorRun {
  readonly exitCode: number | null;
  readonly findings: readonly DoctorFinding[];
  /** "error ID" or "warning ID" of all that is wrong. */
  readonly wrong: readonly string[];
}

const module = new URL('../../src/cli/doctor.js', import.meta.url).href;
const program = `import(${JSON.stringify(module)}).then(async ({ run }) => {
  process.exitCode = await run(process.argv.slice(1));
});`;

/** Runs `driver-plugin doctor --json` as a process. Rejects where it prints no JSON. */
export async function runDoctor(args: readonly string[]): Promise<DoctorRun> {
  const child = spawn(process.execPath, ['--eval', program, '--', ...args, '--json'], { env: {} });
  const { exitCode, stdout, stderr } = await waitForEnd(child);
  if (stdout === '') {
    throw new Error(`doctor ended with ${exitCode}: ${stderr}`);
  }
  const findings: readonly DoctorFinding[] = JSON.parse(stdout).checks;
  const wrong = findings
    .filter(({ outcome }) => outcome === 'error' || outcome === 'warning')
    .map(({ id, outcome }) => `${outcome} ${id}`);
  return { exitCode, findings, wrong };
}
