import type { ServerCredentials } from '@grpc/grpc-js';
import { errorText } from '../common/error-text.js';
import type { Logger } from '../common/logger.js';
import type { Environment } from '../common/settings.js';
import type { AskedProgram } from './ask-program.js';
import { faultOfLedger, placeOfLedger } from './create-ledger.js';
import type { Engine } from './engine.js';
import { type Authenticate, authenticateByToken, tokenFromFile } from './grpc/authenticate.js';
import { createServerCredentials } from './grpc/server-credentials.js';
import { inClusterApi } from './kubernetes/kubernetes-api.js';
import { tokenFromSecret } from './kubernetes/token-secret.js';
import { noMeasures, type ServerMeasures } from './measures.js';
import { createMemoryEngine } from './memory-engine/memory-engine.js';
import { ownNamespace } from './own-namespace.js';
import type { DriverProgram } from './program-engine/flags-of-program.js';
import { createProgramEngine, type ProgramEngineParts } from './program-engine/program-engine.js';
import { checkProgramSettings } from './program-engine/program-settings.js';
import type { ServerSettings } from './server-settings.js';
import type { TokenSource } from './token-source.js';

/** What the settings make before anything listens. */
export interface PreparedServer {
  readonly namespace: string;
  readonly credentials: ServerCredentials;
  readonly engine: Engine;
  /** Undefined where callers need no token. */
  readonly authenticate: Authenticate | undefined;
  /** Of the program engine. */
  readonly program: DriverProgram | undefined;
}

/** Why the settings make nothing, one sentence each. */
export interface FaultySettings {
  readonly faults: readonly string[];
}

export interface PrepareParts {
  readonly logger: Logger;
  /** From askProgram, for the same settings. */
  readonly asked: AskedProgram | undefined;
  readonly measures?: ServerMeasures | undefined;
}

/** Looks at all that the settings name: files, the service account, the driver program and its flags. */
export async function prepareServer(
  settings: ServerSettings,
  env: Environment,
  { logger, asked, measures = noMeasures }: PrepareParts,
): Promise<PreparedServer | FaultySettings> {
  const faults: string[] = [];
  const attempt = async <Made>(make: () => Made | Promise<Made>): Promise<Made | undefined> => {
    try {
      return await make();
    } catch (error) {
      faults.push(errorText(error));
      return undefined;
    }
  };
  const credentials = await attempt(() =>
    createServerCredentials(settings, logger, { onRead: measures.certificateShown }),
  );
  const namespace = await attempt(() => ownNamespace(settings.namespace, settings.namespaceFile));
  const program = asked && (await attempt(() => asked));
  if (program !== undefined) {
    faults.push(...checkProgramSettings(settings, program, env));
  }
  if (program !== undefined || settings.engine === 'memory') {
    faults.push(...[faultOfLedger(settings, program)].filter((fault) => fault !== undefined));
  }
  if (faults.length > 0 || credentials === undefined || namespace === undefined) {
    return { faults };
  }
  // Last, because it writes the token.
  const token = await attempt(() => tokenSource(settings, namespace, env, logger));
  const engine =
    faults.length > 0
      ? undefined
      : await attempt(() => createEngine(settings, { program, env, logger, measures }));
  if (engine === undefined) {
    return { faults };
  }
  const authenticate = token === undefined ? undefined : authenticateByToken(token);
  return { namespace, credentials, engine, program, authenticate };
}

async function tokenSource(
  { tokenFile, tokenSecret, tokenKey }: ServerSettings,
  namespace: string,
  env: Environment,
  logger: Logger,
): Promise<TokenSource | undefined> {
  if (tokenSecret !== undefined) {
    return tokenFromSecret(inClusterApi(env), { namespace, secret: tokenSecret, key: tokenKey }, logger);
  }
  return tokenFile === undefined ? undefined : tokenFromFile(tokenFile);
}

async function createEngine(
  settings: ServerSettings,
  { program, ...parts }: Omit<ProgramEngineParts, 'program'> & { program: DriverProgram | undefined },
): Promise<Engine> {
  return program === undefined
    ? createMemoryEngine(parts)
    : createProgramEngine(settings, {
        program,
        ...parts,
        findsOrphans: placeOfLedger(settings, program) === 'mlmd',
      });
}
