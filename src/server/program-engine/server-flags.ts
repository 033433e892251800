import type { DriverProgram } from './flags-of-program.js';
import { componentFromFile } from './program-abilities.js';
import type { ProgramSettings } from './program-settings.js';
import type { ServerFlags } from './to-flags.js';

/** The flags that are the server's own, from its settings: a request can neither set nor change them. */
export function serverFlags(settings: ProgramSettings, program: DriverProgram): ServerFlags {
  return {
    own: {
      ml_pipeline_server_address: settings.mlPipelineServerAddress,
      ml_pipeline_server_port: String(settings.mlPipelineServerPort),
      ml_pipeline_tls_enabled: String(settings.mlPipelineTlsEnabled),
      mlmd_server_address: settings.mlmdServerAddress,
      mlmd_server_port: String(settings.mlmdServerPort),
      metadata_tls_enabled: String(settings.metadataTlsEnabled),
      ca_cert_path: settings.caCertPath,
      http_proxy: settings.podHttpProxy,
      https_proxy: settings.podHttpsProxy,
      no_proxy: settings.podNoProxy,
      log_level: String(settings.driverProgramLogLevel),
      publish_logs: String(settings.publishLogs),
    },
    cacheDisabled: settings.cacheDisabled,
    componentFromFile: componentFromFile(settings, program),
  };
}
