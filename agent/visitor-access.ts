import {
  isCidr,
  MAX_ACCESS_ENTRIES,
  MIN_BEARER_TOKEN_LENGTH,
  newSalt,
  passwordDigestSync,
  tokenDigest,
  type VisitorAccess,
} from '../protocol';
import { AgentOptionError } from './errors';

/** Who may visit the tunnel. An option that is left out restricts nothing. */
export interface AccessOptions {
  /** `user:password`. A visitor must show one of these or one of the bearer tokens. */
  readonly basicAuth?: readonly string[];
  /** Random texts of 24 characters or more. */
  readonly bearerTokens?: readonly string[];
  /** Ranges such as `10.0.0.0/8`. The visitor's address must lie in one of them. */
  readonly allowCidrs?: readonly string[];
  /** Passes the visitor's credentials on to the local service, which otherwise does not see them. */
  readonly forwardAuthorization?: boolean;
  /**
   * Lets CORS preflights through without credentials, so that web apps of other origins can send credentials in the request that follows.
   */
  readonly allowPreflight?: boolean;
}

/** Least length of a password, in characters. A shorter password can be found by trying. */
const MIN_PASSWORD_LENGTH = 8;

/** @throws AgentOptionError, without any of the secrets in it */
export function checkAccess(options: AccessOptions): AccessOptions {
  const { basicAuth = [], bearerTokens = [], allowCidrs = [], forwardAuthorization = false, allowPreflight = false } = options;
  for (const each of basicAuth) checkPassword(each);
  for (const each of bearerTokens) checkBearerToken(each);
  for (const each of allowCidrs) {
    if (!isCidr(each)) {
      throw new AgentOptionError(`--allow-cidr "${each}" is not an address range: give a range such as 192.0.2.0/24 or 2001:db8::/32`);
    }
  }
  for (const what of ['basicAuth', 'bearerTokens', 'allowCidrs'] as const) {
    const length = options[what]?.length;
    if (length === undefined) continue;
    if (length === 0) {
      throw new AgentOptionError(`access.${what} is an empty list, which would let everybody in: give an entry, or leave the list out`);
    }
    if (length > MAX_ACCESS_ENTRIES) {
      throw new AgentOptionError(`${length} entries of ${what} are too many: give ${MAX_ACCESS_ENTRIES} at most`);
    }
  }
  if (basicAuth.length + bearerTokens.length > 0) return options;
  if (forwardAuthorization) {
    throw new AgentOptionError('--forward-authorization needs --basic-auth or --bearer-token: without them the header is always forwarded');
  }
  if (allowPreflight) {
    throw new AgentOptionError('--allow-preflight needs --basic-auth or --bearer-token: without them preflights always pass');
  }
  return options;
}

function checkPassword(userAndPassword: string): void {
  const [, user, password = ''] = /^([^:]*):(.*)$/s.exec(userAndPassword) ?? [];
  if (user === undefined || user === '') {
    throw new AgentOptionError('an entry of basic auth has no user name: give user:password');
  }
  if (password.length < MIN_PASSWORD_LENGTH) {
    throw new AgentOptionError(
      `the password of "${user}" has fewer than ${MIN_PASSWORD_LENGTH} characters, ` +
        'so it can be found by trying: choose a longer password',
    );
  }
  if (/\p{Cc}/u.test(userAndPassword)) {
    throw new AgentOptionError(
      `the password of "${user}" contains a control character, which browsers do not send: choose another password`,
    );
  }
}

function checkBearerToken(token: string): void {
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= MIN_BEARER_TOKEN_LENGTH) return;
  throw new AgentOptionError(
    `a bearer token needs ${MIN_BEARER_TOKEN_LENGTH} characters or more and no space: use a random token (openssl rand -base64 32)`,
  );
}

/** The access rules for the cloud: digests under this agent's own salt. Takes about 50 ms for each password. */
export function hashedAccess(options: AccessOptions): VisitorAccess | undefined {
  const { basicAuth = [], bearerTokens = [], allowCidrs = [], forwardAuthorization, allowPreflight } = options;
  if (basicAuth.length + bearerTokens.length + allowCidrs.length === 0) return undefined;
  const salt = newSalt();
  return {
    salt,
    ...(basicAuth.length > 0 && { passwords: basicAuth.map((each) => passwordDigestSync(each, salt)) }),
    ...(bearerTokens.length > 0 && { tokens: bearerTokens.map((each) => tokenDigest(each, salt)) }),
    ...(allowCidrs.length > 0 && { cidrs: [...allowCidrs] }),
    ...(forwardAuthorization && { forward_authorization: true }),
    ...(allowPreflight && { allow_preflight: true }),
  };
}
