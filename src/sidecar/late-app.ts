import type { RequestListener } from 'node:http';
import { LoadOnce } from './load-once.js';

/** The HTTP side of a sidecar whose parts are loaded later: requests wait for it, in the order in which they came. */
export interface LateApp {
  readonly answer: RequestListener;
  /** Loads them, once. Rejects with what keeps the app from being made. */
  load(): Promise<void>;
}

/** Express takes a sixth of the start, and nothing needs it before the first request. */
export function createLateApp(create: () => Promise<RequestListener>): LateApp {
  const app = new LoadOnce(create);
  const answerLater: RequestListener = (request, response) => {
    const answer = (loaded: RequestListener) => {
      // Who has gone meanwhile is told nothing, and the reader of a body would wait for its end.
      if (!request.socket.destroyed) {
        loaded(request, response);
      }
    };
    app.load().then(answer, () => request.socket.destroy());
  };
  return {
    answer: (request, response) => (app.part ?? answerLater)(request, response),
    load: async () => {
      await app.load();
    },
  };
}
