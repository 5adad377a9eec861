import { SignJWT } from 'jose';
import { randomBytes } from 'node:crypto';

/** A key for the local cloud's agent tokens: 48 random bytes as base64. */
export const randomTokenKey = (): string => randomBytes(48).toString('base64');

/** An HS256 token, signed with the environment's key, that lets an agent of `owner` connect under these names; any name by default. */
export const signToken = (key: string, owner: string, names: readonly string[] = ['*']): Promise<string> =>
  new SignJWT({ names }).setProtectedHeader({ alg: 'HS256' }).setSubject(owner).setIssuedAt().sign(new TextEncoder().encode(key));
