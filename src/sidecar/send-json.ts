import type { Response } from 'express';

/** Sends JSON with a Content-Length, so that the agent's connection can be used again. Returns the body's bytes. */
export function sendJson(response: Response, httpStatus: number, body: object): number {
  const bytes = Buffer.from(JSON.stringify(body));
  response.status(httpStatus).type('application/json').setHeader('Content-Length', bytes.length);
  response.end(bytes);
  return bytes.length;
}
