const transientTexts = [
  'connection refused',
  'connection reset by peer',
  'connection timed out',
  'etcdserver: ',
  'http2: client connection lost',
  'i/o timeout',
  'invalid connection',
  'TLS handshake timeout',
];

/**
 * Whether Argo takes an error for a passing one by its text alone, whoever wrote it.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/util/errors/errors.go (IsTransientErr)
 */
export function isTransientText(text: string): boolean {
  return transientTexts.some((transient) => text.includes(transient));
}
