import { tmpdir } from 'node:os';
import { isReadable } from '../../common/is-readable.js';
import {
  anyText,
  type Environment,
  flag,
  gib,
  mib,
  oneOf,
  port,
  quantity,
  type Reader,
  type SettingsOf,
  seconds,
  setting,
  wholeNumber,
} from '../../common/settings.js';
import type { DriverProgram } from './flags-of-program.js';

/** The settings of the `program` engine. */
export const programSettings = {
  driverProgram: setting('DRIVER_PROGRAM', "KFP's driver", anyText('a path'), '/bin/driver'),
  driverProgramTimeoutMs: setting(
    'DRIVER_PROGRAM_TIMEOUT_SECONDS',
    'budget of one driver; one that is stopped after it wrote may be driven twice',
    seconds(1, 86_400),
    '540',
  ),
  driverProgramMemoryBytes: setting(
    'DRIVER_PROGRAM_MEMORY',
    'memory of one driver, which is killed above; a usual one takes 60 MiB',
    quantity(32 * mib, 64 * gib),
    '256Mi',
  ),
  driverProgramMaxOutputBytes: setting(
    'DRIVER_PROGRAM_MAX_OUTPUT_BYTES',
    'largest file that is taken from a driver, and how much of its stderr is read',
    wholeNumber(1_024, 2 ** 30),
    '1048576',
  ),
  driverProgramMaxSpecBytes: setting(
    'DRIVER_PROGRAM_MAX_SPEC_BYTES',
    "bytes of a call's specs together as the driver prints them, indented",
    wholeNumber(1_024, 2 ** 30),
    '8388608',
  ),
  rootDriverIdempotent: setting(
    'ROOT_DRIVER_IDEMPOTENT',
    "whether a second root driver finds its run's execution, as from KFP 2.16.1 on; auto is from 2.17 on",
    oneOf(['auto', 'true', 'false']),
    'auto',
  ),
  driverProgramEnv: setting(
    'DRIVER_PROGRAM_ENV',
    'further variables that the driver gets from the environment of the server',
    names(),
    '',
  ),
  driverProgramLogLevel: setting(
    'DRIVER_PROGRAM_LOG_LEVEL',
    'log level of the driver and of the launcher in the pods',
    wholeNumber(0, 10),
    '1',
  ),
  maxPrograms: setting(
    'MAX_PROGRAMS',
    'drivers at once; auto is twice the CPUs, and no more than half of the memory holds',
    autoOr(wholeNumber(1, 1_000)),
    'auto',
  ),
  maxQueue: setting('MAX_QUEUE', 'waiting calls', wholeNumber(0, 100_000), '256'),
  maxQueueBytes: setting(
    'MAX_QUEUE_BYTES',
    'bytes of the waiting requests as they came; in memory they may take twice as much',
    wholeNumber(0, 2 ** 40),
    '33554432',
  ),
  workDir: setting('WORK_DIR', "folder for the drivers' files", anyText('a path'), tmpdir()),
  componentFromFile: setting(
    'COMPONENT_FROM_FILE',
    'whether the driver reads --component=@FILE, for components above 128 KiB; auto is from KFP 2.16 on',
    oneOf(['auto', 'true', 'false']),
    'auto',
  ),
  cacheDisabled: setting('CACHE_DISABLED', 'drive every task without the cache', flag(), 'false'),
  publishLogs: setting('PUBLISH_LOGS', 'whether launchers publish their logs', flag(), 'true'),
  mlPipelineServerAddress: setting(
    'ML_PIPELINE_SERVER_ADDRESS',
    "host of KFP's API server, a full name: it reaches the pods",
    host(),
    '',
  ),
  mlPipelineServerPort: setting('ML_PIPELINE_SERVER_PORT', "gRPC port of KFP's API server", port(), '8887'),
  mlPipelineTlsEnabled: setting('ML_PIPELINE_TLS_ENABLED', "TLS towards KFP's API server", flag(), 'false'),
  mlmdServerAddress: setting(
    'MLMD_SERVER_ADDRESS',
    'host of ML Metadata, a full name: it reaches the pods',
    host(),
    '',
  ),
  mlmdServerPort: setting('MLMD_SERVER_PORT', 'gRPC port of ML Metadata', port(), '8080'),
  metadataTlsEnabled: setting('METADATA_TLS_ENABLED', 'TLS towards ML Metadata', flag(), 'false'),
  caCertPath: setting(
    'CA_CERT_PATH',
    'CA bundle of both, under the same path here and in the pods',
    absolutePath(),
    '',
  ),
  podHttpProxy: setting('POD_HTTP_PROXY', 'proxy for http:// in the pods', anyText('a URL'), ''),
  podHttpsProxy: setting('POD_HTTPS_PROXY', 'proxy for https:// in the pods', anyText('a URL'), ''),
  podNoProxy: setting('POD_NO_PROXY', 'hosts that need no proxy in the pods', anyText('a list of hosts'), ''),
} as const;

export type ProgramSettings = SettingsOf<typeof programSettings>;

/** What the program's flags make necessary, one sentence for each setting that is missing or would be ignored. */
export function checkProgramSettings(
  values: ProgramSettings,
  program: DriverProgram,
  env: Environment,
): string[] {
  const faults: string[] = [];
  const knows = (name: string) => program.flags.has(name);
  const demand = (good: boolean, fault: string) => {
    if (!good) {
      faults.push(`${fault} (${values.driverProgram} is ${program.version} by its flags)`);
    }
  };
  demand(
    !knows('ml_pipeline_server_address') || values.mlPipelineServerAddress !== '',
    "ML_PIPELINE_SERVER_ADDRESS is not set: set it to the full host name of KFP's API server",
  );
  demand(
    !knows('mlmd_server_address') || values.mlmdServerAddress !== '',
    'MLMD_SERVER_ADDRESS is not set: set it to the full host name of ML Metadata',
  );
  demand(
    !values.mlPipelineTlsEnabled || knows('ml_pipeline_tls_enabled'),
    'ML_PIPELINE_TLS_ENABLED is true, but the driver has no flag for it: unset it or give a newer driver',
  );
  demand(
    !values.metadataTlsEnabled || knows('metadata_tls_enabled'),
    'METADATA_TLS_ENABLED is true, but the driver has no flag for it: unset it or give another driver',
  );
  demand(
    values.caCertPath === '' || isReadable(values.caCertPath),
    'CA_CERT_PATH must name a file that can be read',
  );
  // KFP 3.0 ends without them; before that only PVC tasks look for the pod.
  const needsPod = knows('parent_task_id') && !(env['KFP_POD_NAME'] && env['KFP_POD_UID']);
  demand(!needsPod, "KFP_POD_NAME and KFP_POD_UID are not set: set them to the server's own pod");
  return faults;
}

function autoOr(reader: Reader<number>): Reader<number | 'auto'> {
  return {
    form: `auto or ${reader.form}`,
    parse: (text) => (text === 'auto' ? { value: 'auto' } : reader.parse(text)),
  };
}

/** A host name or address without scheme and port; empty is no host. */
function host(): Reader<string> {
  return {
    form: 'a host name without scheme and port',
    parse: (value) =>
      /^[A-Za-z0-9_.:[\]-]*$/.test(value) && !/^[^[:]+:\d*$/.test(value) ? { value } : undefined,
  };
}

/** Empty is no path. */
function absolutePath(): Reader<string> {
  return { form: 'an absolute path', parse: (value) => (/^(?:\/|$)/.test(value) ? { value } : undefined) };
}

function names(): Reader<readonly string[]> {
  return {
    form: 'a comma-separated list of names of variables',
    parse: (text) => {
      const value = text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '');
      return value.every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) ? { value } : undefined;
    },
  };
}
