import type { RequestListener } from 'node:http';

/** The HTTP side of a sidecar whose parts are loaded later: requests wait for it, in the order in which they came. */
export interface LateApp {
  readonly answer: RequestListener;
  /** Loads them, once. Rejects with what keeps the app from being made. */
  load(): Promise<void>;
}

/** Express takes a sixth of the start, and nothing needs it before the first request. */
export function createLateApp(create: () => Promise<RequestListener>): LateApp {
  let app: RequestListener | undefined;
  let creating: Promise<RequestListener> | undefined;
  const load = () => {
    creating ??= create().then((created) => {
      app = created;
      return created;
    });
    return creating;
  };
  const answerLater: RequestListener = (request, response) => {
    const answer = (loaded: RequestListener) => {
      // Who has gone meanwhile is told nothing, and the reader of a body would wait for its end.
      if (!request.socket.destroyed) {
        loaded(request, response);
      }
    };
    load().then(answer, () => request.socket.destroy());
  };
  return {
    answer: (request, response) => (app ?? answerLater)(request, response),
    load: async () => {
      await load();
    },
  };
}
