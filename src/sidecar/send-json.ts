import type { Response } from 'express';

/** Sends JSON with a Content-Length, so that the agent's connection can be used again. Returns the body's bytes. */
export function sendJsonBytes(response: Response, httpStatus: number, json: Buffer): number {
  response.writeHead(httpStatus, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': json.length,
  });
  response.end(json);
  return json.length;
}

export function sendJson(response: Response, httpStatus: number, body: object): number {
  return sendJsonBytes(response, httpStatus, Buffer.from(JSON.stringify(body)));
}
