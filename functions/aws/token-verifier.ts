import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { jwtVerify } from 'jose';

/** HS256 wants a key of at least the hash's size (RFC 7518 section 3.2). In bytes. */
const MIN_KEY_BYTES = 32;

/** The environment holds no usable key for agent tokens: nothing may connect. */
export class TokenKeyError extends Error {
  override readonly name = 'TokenKeyError';
}

/** The token is missing, malformed, expired or not signed by this environment. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** Gives the token's owner (its subject). @throws TokenError, TokenKeyError */
export type TokenVerifier = (token: string) => Promise<{ owner: string }>;

/** Reads the key from SSM on first use and keeps it; a failure is not kept, so that a mended key is found. */
export function tokenVerifier(client: SSMClient, parameterName: string): TokenVerifier {
  let key: Promise<Uint8Array> | undefined;
  return async (token) => {
    key ??= readKey(client, parameterName);
    const secret = await key.catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return verify(token, secret);
  };
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

async function verify(token: string, key: Uint8Array): Promise<{ owner: string }> {
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], requiredClaims: ['sub'] });
    if (typeof payload.sub !== 'string' || payload.sub === '') throw new Error('the subject is empty');
    return { owner: payload.sub };
  } catch (error) {
    throw new TokenError(`the token was refused: ${(error as Error).message}`, { cause: error });
  }
}
