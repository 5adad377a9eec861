import { SignJWT } from 'jose';
import { randomBytes } from 'node:crypto';

/** A key for the local cloud's agent tokens: 48 random bytes as base64. */
export const randomTokenKey = (): string => randomBytes(48).toString('base64');

/**
 * An HS256 token, signed with the environment's key, that lets an agent of `owner` connect under these names; any name by default.
 * @param life when the token expires: `5m`; never by default
 */
export function signToken(key: string, owner: string, names: readonly string[] = ['*'], life?: string): Promise<string> {
  const token = new SignJWT({ names }).setProtectedHeader({ alg: 'HS256' }).setSubject(owner).setIssuedAt();
  if (life !== undefined) token.setExpirationTime(life);
  return token.sign(new TextEncoder().encode(key));
}
