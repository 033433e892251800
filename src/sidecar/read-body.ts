import type { IncomingMessage } from 'node:http';
import express, { type Request, type RequestHandler } from 'express';
import { createTurns } from '../common/turns.js';
import { sendJson } from './send-json.js';

const json = 'application/json';
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body of application/json as text into `request.body`. The text is kept as it was sent, because JSON.parse
 * would lose digits and duplicate keys. 413 above the limit, 415 for another type or a compressed body, 400 for
 * nothing or bytes that are no UTF-8 (RFC 8259 §8.1).
 */
export function readBody(maxBytes: number): RequestHandler[] {
  return [express.raw({ type: isJson, limit: maxBytes, inflate: false }), takeTurnIfLarge(), decodeBody];
}

/** Argo's agent sends exactly this; type-is parses any other. */
function isJson(request: IncomingMessage): boolean {
  return request.headers['content-type'] === json || (request as Request).is(json) === json;
}

/** A body of so many bytes takes two milliseconds or so, one of 1 MiB twenty. */
const largeBytes = 64 * 1024;

/** Hands on at most one large body in each round of the event loop: small ones and the driver's answers come between them. */
function takeTurnIfLarge(): RequestHandler {
  const takeTurn = createTurns();
  return (request, _response, next) => {
    if (Buffer.isBuffer(request.body) && request.body.length >= largeBytes) {
      // A turn always comes, and what `next` meets goes to Express.
      void takeTurn().then(() => next());
    } else {
      next();
    }
  };
}

const decodeBody: RequestHandler = (request, response, next) => {
  if (!Buffer.isBuffer(request.body)) {
    const otherType = request.is(json) === false;
    if (otherType) {
      sendJson(response, 415, { error: 'the body must have the Content-Type application/json' });
    } else {
      sendJson(response, 400, { error: 'the body is empty: send the ExecuteTemplate request of Argo' });
    }
    return;
  }
  try {
    request.body = utf8.decode(request.body);
  } catch {
    sendJson(response, 400, { error: 'the body is no UTF-8 text' });
    return;
  }
  next();
};

/** What Express' body reader refuses, by the `type` of its error: https://github.com/expressjs/body-parser#errors */
export const bodyFaults: Readonly<Record<string, { readonly httpStatus: number; readonly error: string }>> = {
  'entity.too.large': {
    httpStatus: 413,
    error: 'the body is larger than MAX_BODY_BYTES: raise it, or make the template smaller',
  },
  'encoding.unsupported': { httpStatus: 415, error: 'the body must not be compressed' },
  'request.aborted': { httpStatus: 400, error: 'the body ended too early' },
  'request.size.invalid': { httpStatus: 400, error: 'the body is not as long as its Content-Length says' },
};
