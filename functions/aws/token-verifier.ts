import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import {
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type RemoteJWKSetOptions,
} from 'jose';
import { nameGrants, type NameGrants } from '../core/tunnel-names';

/** HS256 wants a key of at least the hash's size (RFC 7518 section 3.2). In bytes. */
const MIN_KEY_BYTES = 32;
/** By how much clocks may differ, in seconds. */
const CLOCK_SKEW_SECONDS = 30;
/** Signatures by a private key alone: a key set is public, and what is public must never be the secret of an HMAC. */
const ISSUER_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** Names of tunnels, in a token of the environment's own key. */
const NAMES_CLAIM = 'names';

/** There is no usable key for agent tokens: nothing may connect. */
export class TokenKeyError extends Error {
  override readonly name = 'TokenKeyError';
}

/** The token is missing, malformed, expired, for somebody else, or not signed by whom it should be. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** Who a token speaks for, and which names it grants. */
export interface TokenIdentity {
  /** The token's subject. */
  readonly owner: string;
  readonly names: NameGrants;
}

/** @throws TokenError; TokenKeyError when it cannot be told because the keys cannot be had */
export type TokenVerifier = (token: string) => Promise<TokenIdentity>;

/** An identity provider whose tokens open the agent gateway. */
export interface TokenIssuer {
  /** Where its public keys are (RFC 7517). */
  readonly jwksUrl: string;
  /** What `iss` has to be. */
  readonly issuer: string;
  /** What `aud` has to hold. */
  readonly audience: string;
  /** The claim that lists names of tunnels. */
  readonly namesClaim: string;
}

/**
 * Tokens that are signed with the environment's own key, which is read from SSM once.
 * @throws TokenKeyError when there is no key, or one that is too short
 */
export async function ownKeyVerifier(client: SSMClient, parameterName: string): Promise<TokenVerifier> {
  const key = await readKey(client, parameterName);
  const rules: JWTVerifyOptions = { algorithms: ['HS256'], requiredClaims: ['sub'], clockTolerance: CLOCK_SKEW_SECONDS };
  return (token) => checked(async () => (await jwtVerify(token, key, rules)).payload, NAMES_CLAIM);
}

async function readKey(client: SSMClient, parameterName: string): Promise<Uint8Array> {
  const { Parameter } = await client.send(new GetParameterCommand({ Name: parameterName, WithDecryption: true }));
  const key = new TextEncoder().encode(Parameter?.Value ?? '');
  if (key.length < MIN_KEY_BYTES) {
    throw new TokenKeyError(
      `parameter ${parameterName} holds ${key.length} bytes: an HS256 key needs ${MIN_KEY_BYTES} or more (openssl rand -base64 48)`,
    );
  }
  return key;
}

/**
 * Tokens of an identity provider. Its keys are kept for ten minutes by the wall clock, so a freeze counts; an unknown `kid` has
 * them fetched again, but not within 30 s of the last time, so that forged tokens cannot make us hammer it (jose's defaults).
 * @throws TokenKeyError when the keys cannot be had, or there are none
 */
export async function issuerVerifier(issuer: TokenIssuer, options: RemoteJWKSetOptions = {}): Promise<TokenVerifier> {
  const keys = createRemoteJWKSet(new URL(issuer.jwksUrl), options);
  await keys.reload().catch((error: unknown) => {
    const { message } = error as Error;
    throw new TokenKeyError(`the keys of ${issuer.issuer} cannot be had from ${issuer.jwksUrl}: ${message}`, { cause: error });
  });
  if (keys.jwks()?.keys.length === 0) throw new TokenKeyError(`${issuer.jwksUrl} holds no key`);
  const rules: JWTVerifyOptions = {
    algorithms: ISSUER_ALGORITHMS,
    issuer: issuer.issuer,
    audience: issuer.audience,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: CLOCK_SKEW_SECONDS,
  };
  const keyOf: JWTVerifyGetKey = (header, jws) => {
    if (!header.kid) throw new TokenError('the token was refused: it names no key (kid)');
    return keys(header, jws);
  };
  return (token) => checked(async () => (await jwtVerify(token, keyOf, rules)).payload, issuer.namesClaim);
}

/** The subject is an owner, in rows and logs: text of a decent length, without control characters. OIDC allows 255. */
const SUBJECT = /^\P{C}{1,255}$/u;

async function checked(verify: () => Promise<JWTPayload>, namesClaim: string): Promise<TokenIdentity> {
  let payload: JWTPayload;
  try {
    payload = await verify();
  } catch (error) {
    if (error instanceof TokenError) throw error;
    const message = (error as Error).message;
    if (isAboutTheToken(error)) throw new TokenError(`the token was refused: ${message}`, { cause: error });
    throw new TokenKeyError(`tokens cannot be checked: ${message}`, { cause: error });
  }
  if (typeof payload.sub !== 'string' || !SUBJECT.test(payload.sub)) {
    throw new TokenError('the token was refused: its subject is not a text of 1 to 255 characters');
  }
  return { owner: payload.sub, names: nameGrants(payload[namesClaim]) };
}

/**
 * Whether an error is a verdict on the token. jose's generic error, its time-out and its complaint about a key set are about
 * fetching keys, and what is not jose's is no verdict either.
 */
function isAboutTheToken(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  return ![errors.JOSEError.code, errors.JWKSTimeout.code, errors.JWKSInvalid.code].includes(error.code);
}
