/** Where the bearer token that callers must send comes from. */
export interface TokenSource {
  /** Where it stands, as in "the file that SERVER_TOKEN_FILE names", for messages. */
  readonly place: string;
  /** The tokens, one a line, or an empty text where there is none now. Rejects while it cannot be read. */
  read(): Promise<string>;
  /** The tokens as they stand now, of a source whose `read` may answer an older one. */
  readAgain?(): Promise<string>;
}
