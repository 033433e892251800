import type { DriverProgram } from './flags-of-program.js';
import type { ProgramSettings } from './program-settings.js';

type Program = Pick<DriverProgram, 'flags'>;

/** Flags that came with KFP 2.16 and with 2.17, and one that came with 3.0. */
const since216 = 'default_run_as_user';
const since217 = 'pipeline_job_create_time_utc';
const since30 = 'parent_task_id';

/** Whether the program reads --component=@FILE: the setting, else from KFP 2.16 on (backend/src/v2/cmd/driver/main.go). */
export function componentFromFile(
  settings: Pick<ProgramSettings, 'componentFromFile'>,
  { flags }: Program,
): boolean {
  const { componentFromFile: setting } = settings;
  return setting === 'auto' ? flags.has(since216) || flags.has(since217) : setting === 'true';
}

/**
 * Whether a second root driver of a run finds the first one's execution, else the run dies: the setting, else from KFP
 * 2.17 on. 2.16.1 does too, but has the flags of 2.16.0, which does not; 3.0 keeps its tasks elsewhere and has not been
 * tried (backend/src/v2/metadata/client.go, CreateExecution with a name).
 */
export function rootDriverIdempotent(
  settings: Pick<ProgramSettings, 'rootDriverIdempotent'>,
  { flags }: Program,
): boolean {
  const { rootDriverIdempotent: setting } = settings;
  return setting === 'auto' ? flags.has(since217) && !flags.has(since30) : setting === 'true';
}
