import type { ServerResponse } from 'node:http';

/** Whether a response that is closed was flushed to a socket that was still open: one whose socket broke in its midst is "finished" too. */
export function wasDelivered({ writableFinished, req }: ServerResponse): boolean {
  return writableFinished && !req.socket.destroyed;
}

/** What becomes of a response, by one listener: to add one for each question, and to take it off again, shows in each POST. */
export class FollowedResponse {
  readonly #response: ServerResponse;
  #gone: (() => void) | undefined;
  #delivered: (() => void) | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.once('close', () => {
      this.#gone?.();
      if (wasDelivered(response)) {
        this.#delivered?.();
      }
    });
  }

  isGone(): boolean {
    return this.#response.closed || this.#response.destroyed;
  }

  onGone(callback: () => void): () => void {
    this.#gone = callback;
    return () => {
      this.#gone = undefined;
    };
  }

  /** Calls back when the response was flushed to a socket that is still open. */
  onDelivered(callback: (() => void) | undefined): void {
    this.#delivered = callback;
  }
}
