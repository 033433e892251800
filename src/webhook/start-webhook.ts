import { X509Certificate } from 'node:crypto';
import type { Server } from 'node:https';
import { type Clock, sleep, systemClock } from '../common/clock.js';
import { errorText } from '../common/error-text.js';
import type { JsonObject } from '../common/json.js';
import { createKubernetesApi, serviceAccountFiles } from '../common/kubernetes-api.js';
import { factsOfError, type Logger } from '../common/logger.js';
import { mib } from '../common/settings.js';
import { createTurns } from '../common/turns.js';
import { readVersion } from '../common/version.js';
import { convertShallowWorkflow } from '../convert/convert-workflow.js';
import { endOf, readCertificateFiles, watchCertificateFiles } from './certificate-files.js';
import { keepCertificate } from './certificate-keeper.js';
import type { KeptCertificate } from './certificate-secret.js';
import { noMeasures } from './measures.js';
import { measure, openAdmin, warnOfEnd } from './open-admin.js';
import { type OwnCertificateOptions, watchOwnCertificate } from './own-certificate.js';
import { createBodyReceiver } from './receive-body.js';
import { reviewWorkflow } from './review-workflow.js';
import { createWebhookServer, listen, type ServingCertificate, secureContextOf } from './webhook-server.js';
import type { WebhookSettings } from './webhook-settings.js';

/** A webhook that listens. */
export interface Webhook {
  /** https://HOST:PORT */
  readonly address: string;
  /** http://HOST:PORT of the admin port; undefined without one. */
  readonly adminAddress: string | undefined;
  /** Goes on answering for the grace, not ready any more, then closes. */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Rejects with an Error of one sentence where there is no certificate or no port. */
export async function startWebhook(
  settings: WebhookSettings,
  logger: Logger,
  clock: Clock = systemClock,
): Promise<Webhook> {
  const measured = await measure(settings);
  const source = await openCertificate(settings, logger, clock);
  let shown = source.first.certificate;
  let shownUntilMs = endOf(source.first.certificate);
  const stopWarning = warnOfEnd(() => shown, logger, clock);
  let draining = false;
  const server = createWebhookServer(source.first, {
    ...settings,
    review: (request) => reviewWorkflow(request, reviewOptions),
    receiveBody: createBodyReceiver({ ...settings, maxBytesInFlight: 64 * mib, clock }),
    takeTurn: createTurns(),
    isReady: () => !draining && shownUntilMs > Date.now(),
    clock,
    logger,
    measures: measured?.measures ?? noMeasures,
  });
  const reviewOptions = toReviewOptions(settings);
  const stopWatching = source.watch((renewed) => {
    server.setSecureContext(secureContextOf(renewed));
    shown = renewed.certificate;
    shownUntilMs = endOf(shown);
    logger.info('renewed the certificate', { certificateNotAfter: toDate(shownUntilMs) });
  });
  const address = await listen(server, settings.serverHost, settings.serverPort);
  const sources = {
    draining: () => draining,
    certificateBeginMs: () => Date.parse(new X509Certificate(shown).validFrom),
    certificateEndMs: () => shownUntilMs,
  };
  const admin = measured && (await openAdmin(measured, sources, settings, logger));
  const adminAddress = admin?.address;
  const certificateNotAfter = toDate(shownUntilMs);
  logger.info('listening', { version: readVersion(), address, adminAddress, certificateNotAfter });
  const close = async () => {
    stopWatching();
    stopWarning();
    await Promise.all([closeServer(server), admin?.close()]);
  };
  return {
    address,
    adminAddress,
    close,
    drain: async (graceMs) => {
      draining = true;
      await sleep(clock, graceMs);
      await close();
    },
  };
}

function toReviewOptions(settings: WebhookSettings) {
  const { driverCommand, pluginName, passBy, exitHooks, harmlessEnv } = settings;
  const convertOptions = { driverCommand, pluginName, passBy, exitHooks, harmlessEnv };
  return {
    ...settings,
    convertOptions,
    // A review has looked at the nesting already.
    convert: (workflow: JsonObject) => convertShallowWorkflow(workflow, convertOptions),
    version: readVersion(),
  };
}

interface CertificateSource {
  readonly first: ServingCertificate;
  /** Calls back with each later one; returns what ends that. */
  readonly watch: (onRenewed: (renewed: ServingCertificate) => void) => () => void;
}

async function openCertificate(
  settings: WebhookSettings,
  logger: Logger,
  clock: Clock,
): Promise<CertificateSource> {
  const { certificatePath, keyPath } = settings;
  if (certificatePath !== undefined && keyPath !== undefined) {
    const files = { certificatePath, keyPath };
    const first = await readCertificateFiles(files);
    return { first, watch: (onRenewed) => watchCertificateFiles(files, first, onRenewed, { clock, logger }) };
  }
  const options = toOwnCertificateOptions(settings, logger, clock);
  const first = await keepUntilThere(options);
  return { first, watch: (onRenewed) => watchOwnCertificate(first, options, onRenewed) };
}

const tryAgainMs = 3000;

/** An install makes the Secret, the process and the configuration in any order, and a network policy takes its time. */
async function keepUntilThere(options: OwnCertificateOptions): Promise<KeptCertificate> {
  for (;;) {
    try {
      return await keepCertificate(options);
    } catch (error) {
      options.logger.error('no certificate yet', { reason: errorText(error), ...factsOfError(error) });
      await sleep(options.clock, tryAgainMs);
    }
  }
}

const kubernetesTimeoutMs = 10_000;

function toOwnCertificateOptions(
  settings: WebhookSettings,
  logger: Logger,
  clock: Clock,
): OwnCertificateOptions {
  const { secret = '', configuration = '', service = '', namespace = '', validityMs } = settings;
  const api = createKubernetesApi({
    ...serviceAccountFiles(settings.serviceAccountFolder),
    host: settings.kubernetesHost ?? '',
    port: settings.kubernetesPort,
    timeoutMs: kubernetesTimeoutMs,
  });
  const dnsNames = [`${service}.${namespace}.svc`, `${service}.${namespace}`];
  return { api, secret, configuration, namespace, dnsNames, validityMs, nowMs: Date.now, clock, logger };
}

function toDate(ms: number): string {
  return new Date(ms).toISOString();
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
