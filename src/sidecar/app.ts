import type { ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import type { CheckAgentToken } from '../argo/agent-token.js';
import { notOurs } from '../argo/reply.js';
import type { Answer, ExecuteTemplate } from '../bridge/execute-template.js';
import { factsOfError, type Logger } from '../common/logger.js';
import { FollowedResponse } from './followed-response.js';
import { bodyFaults, readBody } from './read-body.js';
import { sendJson, sendJsonBytes } from './send-json.js';
import type { PostOutcome } from './sidecar-metrics.js';

/** The path that Argo's agent POSTs to: https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/executor/plugins/rpc/plugin.go */
export const executeTemplatePath = '/api/v1/template.execute';

export interface AppOptions {
  readonly checkToken: CheckAgentToken;
  readonly maxBodyBytes: number;
  readonly executeTemplate: ExecuteTemplate;
  /** Whether the body is a template of ours; asked only while the token cannot be read. */
  readonly isOurs: (body: string) => boolean;
  readonly logger: Logger;
  /** Milliseconds that only grow. */
  readonly nowMs: () => number;
  /** Told what the answer of a POST means; its HTTP status tells the rest. */
  readonly noteOutcome?: ((response: ServerResponse, outcome: PostOutcome) => void) | undefined;
}

/**
 * The HTTP side: token, body, answer. On the agent's path it never answers 404, which would mute the plugin for
 * the whole workflow; 400, 413 and 415 only tell of a body that is not valid JSON, too large, or no application/json.
 */
export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.post(executeTemplatePath, authenticate(options), readBody(options.maxBodyBytes), answer(options));
  app.all(executeTemplatePath, (_request, response) => {
    sendJson(response.setHeader('Allow', 'POST'), 405, { error: `${executeTemplatePath} takes POST only` });
  });
  app.use((_request, response) => {
    sendJson(response, 404, { error: `this plugin serves POST ${executeTemplatePath} only` });
  });
  app.use(answerFault(options.logger));
  return app;
}

function authenticate({ checkToken, logger }: AppOptions): RequestHandler {
  return (request, response, next) => {
    const verdict = checkToken(request.headers.authorization);
    if (verdict.kind === 'forbidden') {
      logger.warn('refused a caller', { httpStatus: 403 });
      sendJson(response, 403, { error: "the bearer token is not the one that Argo's agent wrote" });
      return;
    }
    if (verdict.kind === 'unreadable') {
      response.locals['tokenFault'] = verdict.reason;
    }
    next();
  };
}

function answer(options: AppOptions): RequestHandler {
  const { executeTemplate, isOurs, logger, nowMs, noteOutcome } = options;
  return (request, response) => {
    const startedMs = nowMs();
    const body: string = request.body;
    // The request would keep it while the driver is at work, and so would an async function.
    request.body = undefined;
    const tokenFault = response.locals['tokenFault'];
    if (typeof tokenFault === 'string') {
      // Another plugin's template still gets its {}: an error would fail a node that is not ours.
      if (isOurs(body)) {
        noteOutcome?.(response, 'no-token');
        logger.error('refused a template', { httpStatus: 500, reason: tokenFault });
        sendJson(response, 500, { error: tokenFault });
      } else {
        noteOutcome?.(response, 'not-ours');
        sendJson(response, 200, notOurs);
      }
      return undefined;
    }
    const bytesIn = Buffer.byteLength(body);
    const followed = new FollowedResponse(response);
    const answered = executeTemplate(body, followed);
    return sendAnswer(options, response, { answered, followed, startedMs, bytesIn });
  };
}

async function sendAnswer(
  { logger, nowMs, noteOutcome }: AppOptions,
  response: Response,
  {
    answered,
    followed,
    startedMs,
    bytesIn,
  }: { answered: Answer | Promise<Answer>; followed: FollowedResponse; startedMs: number; bytesIn: number },
): Promise<void> {
  const { reply, facts, onDelivered } = await answered;
  noteOutcome?.(response, reply.kind);
  followed.onDelivered(onDelivered);
  const bytesOut = sendJsonBytes(response, 200, reply.json);
  const ms = Math.round(nowMs() - startedMs);
  logger.info('answered a template', ...facts, { ms, bytesIn, bytesOut });
}

/** The one place where something thrown becomes an answer. */
function answerFault(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const { httpStatus, error: sentence } = toFault(error);
    logger[httpStatus === 500 ? 'error' : 'warn']('refused a body', { httpStatus, ...factsOfError(error) });
    if (!response.headersSent) {
      sendJson(response, httpStatus, { error: sentence });
    }
  };
}

function toFault(error: unknown): { readonly httpStatus: number; readonly error: string } {
  if (error instanceof SyntaxError) {
    return noJson;
  }
  const type = error instanceof Error && 'type' in error ? String(error.type) : '';
  return (Object.hasOwn(bodyFaults, type) ? bodyFaults[type] : undefined) ?? internalError;
}

const noJson = {
  httpStatus: 400,
  error: 'the body is not valid JSON: send the ExecuteTemplate request of Argo',
};
const internalError = {
  httpStatus: 500,
  error: 'driver-plugin failed with an internal error; its log has the stack',
};
