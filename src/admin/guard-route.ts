import { isTokenOf, tokensOf } from '../common/bearer-tokens.js';
import { type AdminAnswer, type AdminRoute, text } from './admin-server.js';

/**
 * A route for those alone who have one of the tokens that `read` gives, one a line: as a bearer token, or as the password
 * of HTTP's basic authentication under any name, which is how a browser asks for it (RFC 6750, RFC 7617). 401 for others,
 * 503 while there is no token to compare with.
 */
export function guardRoute(route: AdminRoute, read: () => Promise<string>): AdminRoute {
  return async (url, headers) => {
    const tokens = tokensOf(await read().catch(() => ''));
    // Nothing, as in a file while it is being written, must not be a token that an empty password matches.
    if (tokens.length === 0) {
      return text(503, 'the file that ADMIN_TOKEN_FILE names holds no token now');
    }
    const given = tokenOf(headers.authorization ?? '');
    return given !== undefined && isTokenOf(tokens, given) ? route(url, headers) : refusal;
  };
}

const refusal: AdminAnswer = {
  ...text(401, 'the page asks for the admin token: as the password of any user, or as a bearer token'),
  headers: { 'WWW-Authenticate': 'Basic realm="kfp-driver-server", charset="UTF-8"' },
};

function tokenOf(authorization: string): string | undefined {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) +(\S+) *$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'basic') {
    return value === '' ? undefined : value;
  }
  const pair = Buffer.from(value, 'base64').toString();
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : pair.slice(colon + 1);
}
