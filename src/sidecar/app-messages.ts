import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';

/** The classes of one server's requests and responses, and what makes them those of its app. */
export interface AppMessages {
  readonly classes: {
    readonly IncomingMessage: typeof IncomingMessage;
    readonly ServerResponse: typeof ServerResponse;
  };
  belongTo(app: Express): void;
}

/**
 * Express gives each request and response its app's prototype, which takes half of all the time that it needs, and what gets
 * another prototype late is not left to V8's scavenger. Messages that are made with that prototype stay as they are.
 * https://github.com/expressjs/express/blob/v5.1.0/lib/application.js#L152
 */
export function createAppMessages(): AppMessages {
  class AppRequest extends IncomingMessage {}
  class AppResponse<Request extends IncomingMessage> extends ServerResponse<Request> {}
  return {
    classes: { IncomingMessage: AppRequest, ServerResponse: AppResponse },
    belongTo: (app) => {
      app.request = Object.setPrototypeOf(AppRequest.prototype, app.request);
      app.response = Object.setPrototypeOf(AppResponse.prototype, app.response);
    },
  };
}
