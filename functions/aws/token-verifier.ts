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
/** Only algorithms that sign with a private key. A key set is public, and a public key must never be the secret of an HMAC. */
const ISSUER_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** The claim that lists names of tunnels, in a token of the environment's own key. */
const NAMES_CLAIM = 'names';

/** There is no usable key for agent tokens, so no agent may connect. */
export class TokenKeyError extends Error {
  override readonly name = 'TokenKeyError';
}

/** The token is missing, malformed, expired, for another audience, or not signed by the expected signer. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** The owner that a token stands for, and the names that it grants. */
export interface TokenIdentity {
  /** The token's subject. */
  readonly owner: string;
  readonly names: NameGrants;
}

/** @throws TokenError when the token is refused; TokenKeyError when it cannot be checked because the keys are not available */
export type TokenVerifier = (token: string) => Promise<TokenIdentity>;

/** An identity provider whose tokens open the agent gateway. */
export interface TokenIssuer {
  /** Where its public keys are (RFC 7517). */
  readonly jwksUrl: string;
  /** Required value of `iss`. */
  readonly issuer: string;
  /** Value that `aud` must contain. */
  readonly audience: string;
  /** The claim that lists names of tunnels. */
  readonly namesClaim: string;
}

/**
 * Verifies tokens that are signed with the environment's own key, which is read from SSM once.
 * @throws TokenKeyError when there is no key, or the key is too short
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
 * Verifies tokens of an identity provider. Its keys are cached for ten minutes of wall-clock time, so a freeze counts. An unknown
 * `kid` causes another fetch of the keys, but not within 30 s of the last fetch, so that forged tokens cannot cause many fetches
 * (jose's defaults).
 * @throws TokenKeyError when the keys cannot be fetched, or there are none
 */
export async function issuerVerifier(issuer: TokenIssuer, options: RemoteJWKSetOptions = {}): Promise<TokenVerifier> {
  const keys = createRemoteJWKSet(new URL(issuer.jwksUrl), options);
  await keys.reload().catch((error: unknown) => {
    const { message } = error as Error;
    throw new TokenKeyError(`the keys of ${issuer.issuer} cannot be fetched from ${issuer.jwksUrl}: ${message}`, { cause: error });
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
    if (!header.kid) throw new TokenError('the token was refused: its header names no key (kid)');
    return keys(header, jws);
  };
  return (token) => checked(async () => (await jwtVerify(token, keyOf, rules)).payload, issuer.namesClaim);
}

/** The subject becomes the owner in rows and logs, so it must be 1 to 255 characters (as OIDC allows) without control characters. */
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
 * Whether an error means that the token is bad. jose's generic error, its time-out and its error about a key set are about
 * fetching keys. Errors that are not from jose say nothing about the token either.
 */
function isAboutTheToken(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  return ![errors.JOSEError.code, errors.JWKSTimeout.code, errors.JWKSInvalid.code].includes(error.code);
}
