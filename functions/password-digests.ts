import { createHmac, randomBytes } from 'node:crypto';
import { LruMap } from 'toad-cache';
import { passwordDigest } from '../protocol';
import { limitGuesses } from './core/guess-limit';
import type { PasswordDigest } from './core/visitor-access';
import { systemClock } from './system';

/**
 * Caches the digests of passwords, because a visitor sends the same password with each request. The cache holds digests and not
 * verdicts, and its keys include the tunnel's salt. So a changed password counts at once, and tunnels do not share entries. The
 * keys hold passwords as an HMAC under a key of this process. Passwords that are not in the cache are limited, see
 * core/guess-limit.ts.
 * @param capacity how many digests are kept; above this number, the least recently used digest is dropped
 */
export function cachedPasswordDigests(
  capacity = 500,
  compute: PasswordDigest = limitGuesses(passwordDigest, systemClock.now),
): PasswordDigest {
  const processKey = randomBytes(32);
  const digests = new LruMap<string>(capacity);
  // Not in the cache yet: a guess that is refused must not push out a digest. Requests with the same password share one computation.
  const underway = new Map<string, Promise<string>>();

  const computed = async (key: string, begun: Promise<string>): Promise<string> => {
    underway.set(key, begun);
    try {
      const digest = await begun;
      digests.set(key, digest);
      return digest;
    } finally {
      underway.delete(key);
    }
  };

  return async (userAndPassword, salt, address) => {
    const key = createHmac('sha256', processKey).update(`${salt}:${userAndPassword}`).digest('base64');
    return digests.get(key) ?? underway.get(key) ?? computed(key, compute(userAndPassword, salt, address));
  };
}
