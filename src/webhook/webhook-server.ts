import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Clock } from '../common/clock.js';
import { factsOfError, type LogFacts, type Logger } from '../common/logger.js';
import type { TakeTurn } from '../common/turns.js';
import { type Answer, answerReview, type Review } from './answer-review.js';
import type { WebhookMeasures } from './measures.js';
import type { ReceiveBody } from './receive-body.js';
import { sendBody } from './send-body.js';
import { failed } from './verdict.js';

/** PEM texts of what a server shows and of its key. */
export interface ServingCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface WebhookServerOptions {
  readonly review: Review;
  readonly receiveBody: ReceiveBody;
  readonly takeTurn: TakeTurn;
  /** A request that has not begun to be reviewed after so long is admitted as it came. */
  readonly budgetMs: number;
  readonly isReady: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly measures: WebhookMeasures;
}

/** Kubernetes' API server keeps idle connections for 90 s and does not repeat what one of them swallowed. */
const timeouts = { keepAliveTimeout: 120_000, headersTimeout: 10_000, requestTimeout: 30_000 };

/**
 * The HTTPS side: GET /healthz and /readyz for probes; every POST is taken for an AdmissionReview and answered with 200
 * and `allowed: true`, whatever it holds.
 */
export function createWebhookServer(certificate: ServingCertificate, options: WebhookServerOptions): Server {
  const server = createServer({ ...timeouts, ...secureContextOf(certificate) }, (request, response) => {
    if (request.method === 'POST') {
      answer(request, response, options).catch((thrown: unknown) => {
        options.logger.error('cannot answer', factsOfError(thrown));
        response.destroy();
      });
    } else {
      answerProbe(request, response, options);
    }
  });
  const broken = new WeakSet<object>();
  // With TLS 1.3 a caller's refusal of the certificate comes after the handshake; else both events tell of it.
  const note = (error: Error, socket: object) => {
    if (!broken.has(socket)) {
      broken.add(socket);
      noteBrokenConnection(error, options);
    }
  };
  server.on('tlsClientError', note);
  server.on('clientError', (error, socket) => {
    note(error, socket);
    socket.destroy();
  });
  return server;
}

/** TLS alerts of a caller that does not trust the certificate. https://datatracker.ietf.org/doc/html/rfc8446#section-6.2 */
const distrust = /ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN)$/;

/** Else nobody would hear of it: failurePolicy Ignore admits without a word. */
function noteBrokenConnection(error: Error, { logger, measures }: WebhookServerOptions): void {
  const facts = factsOfError(error);
  const isDistrust = distrust.test(String(facts['errorCode']));
  measures.connectionBroke(isDistrust ? 'distrust' : 'other');
  if (isDistrust) {
    logger.warn(
      'a caller does not trust the certificate: is its CA the caBundle of the configuration?',
      facts,
    );
  } else {
    logger.debug('a connection broke', facts);
  }
}

export function secureContextOf({ certificate, key }: ServingCertificate): SecureContextOptions {
  // No caller is asked for a certificate. Without `ca` Node.js 20 reads all of its root certificates: 30 ms at the start.
  return { cert: certificate, key, ca: [], minVersion: 'TLSv1.2' };
}

/** Resolves with https://HOST:PORT; rejects where the port cannot be had. */
export function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const { address, family, port: boundPort } = server.address() as AddressInfo;
      resolve(`https://${family === 'IPv6' ? `[${address}]` : address}:${boundPort}`);
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: WebhookServerOptions,
): Promise<void> {
  const { clock, isReady, logger } = options;
  const startedMs = clock.nowMs();
  const { bytes, line } = await reviewRequest(request, startedMs, options);
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': bytes.length,
    // The next one goes to the replica that stays.
    ...(!isReady() && { Connection: 'close' }),
  });
  await sendBody(response, bytes);
  const ms = Math.round(clock.nowMs() - startedMs);
  logger[line.level](line.message, { ...line.facts, ms, bytesOut: bytes.length });
}

/**
 * What is left of a review when its answer is sent: nothing of the request or the patch. Collected as soon as they are
 * done with, megabytes of garbage cost little; those that outlive V8's next collection of young objects cost a major one.
 */
interface Reviewed {
  readonly bytes: Buffer;
  readonly line: LogLine;
}

async function reviewRequest(
  request: IncomingMessage,
  startedMs: number,
  options: WebhookServerOptions,
): Promise<Reviewed> {
  const { clock, receiveBody, takeTurn, budgetMs } = options;
  const body = await receiveBody(request);
  await takeTurn();
  const isLate = clock.nowMs() - startedMs > budgetMs;
  const review = isLate ? () => failed('too-slow') : options.review;
  const made = answerReview(body, review, options.logger);
  options.measures.answered(made.verdict, clock.nowMs() - startedMs);
  const bytesIn = body.kind === 'whole' ? body.bytes : undefined;
  return { bytes: Buffer.from(made.text), line: toLogLine(made, bytesIn) };
}

interface LogLine {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly facts: LogFacts;
}

function toLogLine({ verdict, facts }: Answer, bytesIn: number | undefined): LogLine {
  if (verdict.kind === 'converted') {
    const templates = verdict.templates.length;
    return { level: 'info', message: 'converted a workflow', facts: { ...facts, templates, bytesIn } };
  }
  const { kind: outcome, reason } = verdict;
  const level = outcome === 'failed' ? 'warn' : 'info';
  return { level, message: 'admitted as it came', facts: { ...facts, outcome, reason, bytesIn } };
}

function answerProbe(
  request: IncomingMessage,
  response: ServerResponse,
  { isReady }: WebhookServerOptions,
): void {
  const path = request.url?.split('?')[0];
  const known = path === '/healthz' || path === '/readyz';
  const httpStatus = known ? (path === '/readyz' && !isReady() ? 503 : 200) : 404;
  const text = known
    ? httpStatus === 200
      ? 'ok\n'
      : 'not ready\n'
    : 'this webhook takes POST, and GET /healthz and /readyz\n';
  response.writeHead(httpStatus, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}
