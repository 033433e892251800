/** A form in which a library prints that the platform, not the pipeline, is at fault. */
interface CauseForm {
  readonly name: string;
  readonly pattern: RegExp;
}

const start = String.raw`(?:^|[\s(:=])`;
const peer = String.raw`(?:tcp|udp|unix)(?: \S+)?`;

/**
 * Anchored forms, each as its library prints it in one piece: grpc-go's status, net's operations, net/http's and
 * client-go's requests, the API server's own sentences. Single words would match a pipeline's names.
 */
export const causeForms: readonly CauseForm[] = [
  {
    name: 'gRPC',
    pattern: new RegExp(
      `${start}rpc error: code = (?:(?:Unavailable|DeadlineExceeded|Aborted|Internal|Canceled|Unauthenticated|` +
        // A message that is larger than its limit stays so: the pipeline's fault.
        'PermissionDenied) desc = |ResourceExhausted desc = (?!grpc: ))',
    ),
  },
  { name: 'dial', pattern: new RegExp(`${start}dial ${peer}: (?:connect|lookup|i/o timeout|operation was)`) },
  {
    name: 'connection',
    pattern: new RegExp(
      `${start}(?:read|write) ${peer}: (?:(?:read|write): (?:connection reset by peer|broken pipe)|i/o timeout)`,
    ),
  },
  { name: 'time', pattern: /: context deadline exceeded(?: \(Client\.Timeout[^)]*\))?$/ },
  {
    name: 'HTTP',
    pattern:
      /: (?:net\/http: (?:TLS handshake timeout|request canceled)|http2: (?:client connection lost|server sent GOAWAY))/,
  },
  {
    name: 'request',
    pattern: new RegExp(String.raw`${start}(?:Get|Post|Put|Patch|Delete) "https?://[^"\s]+": `),
  },
  { name: 'TLS', pattern: /: (?:tls|x509): [a-z]/ },
  { name: 'etcd', pattern: new RegExp(`${start}etcdserver: [a-z]`) },
  {
    name: 'API server',
    pattern:
      /: (?:the server (?:is currently unable to handle the request|was unable to return a response in the time allotted|has received too many requests and has asked us to try again later|has asked for the client to provide credentials)|client rate limiter Wait returned an error|storage is \(re\)initializing|Unauthorized$)/,
  },
  { name: 'rights', pattern: / is forbidden: User "system:serviceaccount:[^"\s]+" cannot / },
  {
    name: 'configuration',
    pattern:
      /(?:^|: )(?:failed to initialize kubernetes (?:client|config)|open \/var\/run\/secrets\/kubernetes\.io\/)/,
  },
];

/**
 * Name of the platform's cause in a driver's reason; undefined if the pipeline is at fault. A form that stands in one
 * of the `authored` texts, which a pipeline's author wrote and KFP may print, proves nothing.
 */
export function platformCause(reason: string, authored: readonly string[]): string | undefined {
  return causeForms.find(({ pattern }) => {
    const found = pattern.exec(reason)?.[0].replace(/^[\s(:=]+/, '');
    if (found === undefined) {
      return false;
    }
    const escaped = JSON.stringify(found).slice(1, -1);
    return !authored.some((text) => text.includes(found) || text.includes(escaped));
  })?.name;
}
