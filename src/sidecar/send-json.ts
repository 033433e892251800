import type { Response } from 'express';

/** Sends JSON with a Content-Length, so that the agent's connection can be used again. Returns the body's bytes. */
export function sendJsonText(response: Response, httpStatus: number, text: string): number {
  const bytes = Buffer.byteLength(text);
  // Head and text go out in one system call, which a Buffer's would not.
  response.writeHead(httpStatus, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': bytes,
  });
  response.end(text);
  return bytes;
}

export function sendJson(response: Response, httpStatus: number, body: object): number {
  return sendJsonText(response, httpStatus, JSON.stringify(body));
}
