import { errorText } from '../common/error-text.js';
import { type DoctorOptions, doctorHelp, readDoctorOptions } from '../doctor/doctor-options.js';
import { examine } from '../doctor/examine.js';
import { toJson } from '../doctor/report/to-json.js';
import { toTable } from '../doctor/report/to-table.js';
import { countOutcomes } from '../doctor/run-checks.js';

/** driver-plugin doctor. Resolves to the exit code: 0, 1 where something is wrong, 2 for wrong options. */
export async function run(args: readonly string[]): Promise<number> {
  let options: DoctorOptions | undefined;
  try {
    options = readDoctorOptions(args);
  } catch (error) {
    process.stderr.write(`driver-plugin doctor: ${errorText(error)} (see --help)\n`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(doctorHelp);
    return 0;
  }
  const { findings, scope } = await examine(options);
  process.stdout.write(options.isJson ? toJson(findings, scope) : toTable(findings, scope));
  const { error, warning } = countOutcomes(findings);
  return error > 0 || (options.failOn === 'warning' && warning > 0) ? 1 : 0;
}
