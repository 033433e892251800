/** What can stand in a header: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md (ASCII-Value). */
export function isUsableToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
