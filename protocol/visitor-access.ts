/**
 * Who may visit a tunnel, as its agent says in `ready` and as the tunnel's row stores it. The agent sends digests only, so the
 * cloud does not get a password from it, and nobody can log in with the stored digests. The cost of a digest is fixed here, so
 * that no agent can make the cloud work more.
 */
import { createHash, randomBytes, scrypt, scryptSync, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import * as v from 'valibot';
import { isCidr } from './addresses';

/**
 * Passwords are guessable, so each guess must cost something: 16 MiB and about 50 ms of a whole processor (OWASP's N = 2^14, with
 * p = 1 because the visitor's request waits for it):
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const SCRYPT: ScryptOptions = { N: 2 ** 14, r: 8, p: 1 };
/** In bytes. */
const SALT_BYTES = 16;
const DIGEST_BYTES = 32;

/** Tokens are checked by a fast hash, so they must be too long to guess. In characters. */
export const MIN_BEARER_TOKEN_LENGTH = 24;
/** How many entries of one kind a tunnel may have: every request checks each of them. */
export const MAX_ACCESS_ENTRIES = 32;

const base64Of = (bytes: number, what: string) =>
  v.pipe(
    v.string(),
    v.check((text) => Buffer.from(text, 'base64').length === bytes && /^[A-Za-z0-9+/]+={0,2}$/.test(text), `is not ${what}`),
  );
const someOf = <S extends v.GenericSchema<string>>(entry: S) =>
  v.optional(v.pipe(v.array(entry), v.minLength(1), v.maxLength(MAX_ACCESS_ENTRIES)));
const digest = base64Of(DIGEST_BYTES, 'a digest');

export const visitorAccess = v.object({
  salt: base64Of(SALT_BYTES, 'a salt'),
  /** Digests of `user:password`. */
  passwords: someOf(digest),
  /** Digests of bearer tokens. */
  tokens: someOf(digest),
  /** Ranges of addresses that visitors have to come from. */
  cidrs: someOf(v.pipe(v.string(), v.check(isCidr, 'is not a CIDR range'))),
  /** Whether the local service sees the credentials too. */
  forward_authorization: v.optional(v.boolean()),
  /** Whether CORS preflights, which carry no credentials, are let in without them. */
  allow_preflight: v.optional(v.boolean()),
});
export type VisitorAccess = v.InferOutput<typeof visitorAccess>;

export const newSalt = (): string => randomBytes(SALT_BYTES).toString('base64');

/** Digest of `user:password`, base64. Takes some 50 ms and 16 MiB. */
export const passwordDigestSync = (userAndPassword: string, salt: string): string =>
  scryptSync(userAndPassword.normalize('NFC'), Buffer.from(salt, 'base64'), DIGEST_BYTES, SCRYPT).toString('base64');

/** The same, asynchronous: other work goes on meanwhile. */
export const passwordDigest = (userAndPassword: string, salt: string): Promise<string> =>
  new Promise((resolve, reject) => {
    scrypt(userAndPassword.normalize('NFC'), Buffer.from(salt, 'base64'), DIGEST_BYTES, SCRYPT, (error, digest) =>
      error ? reject(error) : resolve(digest.toString('base64')),
    );
  });

/** Digest of a bearer token, base64. */
export const tokenDigest = (token: string, salt: string): string =>
  createHash('sha256').update(Buffer.from(salt, 'base64')).update(token).digest('base64');

/** Whether `digest` is among `digests`. The time is the same for every match and for no match. */
export function isAmong(digest: string, digests: readonly string[]): boolean {
  const wanted = Buffer.from(digest, 'base64');
  let found = false;
  for (const each of digests) {
    const bytes = Buffer.from(each, 'base64');
    if (bytes.length === wanted.length && timingSafeEqual(bytes, wanted)) found = true;
  }
  return found;
}
