import type { ServerResponse } from 'node:http';

/** What becomes of a response, by one listener: to add one for each question, and to take it off again, shows in each POST. */
export class FollowedResponse {
  readonly #response: ServerResponse;
  #gone: (() => void) | undefined;
  #delivered: (() => void) | undefined;

  constructor(response: ServerResponse) {
    const { socket } = response.req;
    this.#response = response;
    response.once('close', () => {
      this.#gone?.();
      // Written to its end is also a response whose socket broke before the system had taken every byte.
      if (response.writableFinished && !socket.destroyed) {
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
