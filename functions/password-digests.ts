import { createHmac, randomBytes } from 'node:crypto';
import { passwordDigest } from '../protocol';
import { limitGuesses } from './core/guess-limit';
import type { PasswordDigest } from './core/visitor-access';
import { systemClock } from './system';

/**
 * Digests of passwords, computed once: a visitor sends the same one with each request. What is kept is the digest and not a
 * verdict, and its key holds the tunnel's salt: so a password that is changed counts at once, and no tunnel meets another's.
 * Passwords are kept as an HMAC under a key of this process.
 * What nobody has shown before is limited, see core/guess-limit.ts.
 * @param capacity digests kept; beyond it the one that was used longest ago is let go
 */
export function cachedPasswordDigests(
  capacity = 500,
  compute: PasswordDigest = limitGuesses(passwordDigest, systemClock.now),
): PasswordDigest {
  const processKey = randomBytes(32);
  const digests = new Map<string, Promise<string>>();
  const letGo = (): void => {
    for (const oldest of digests.keys()) {
      if (digests.size <= capacity) break;
      digests.delete(oldest);
    }
  };
  return (userAndPassword, salt, address) => {
    const key = createHmac('sha256', processKey).update(`${salt}:${userAndPassword}`).digest('base64');
    const digest = digests.get(key) ?? compute(userAndPassword, salt, address);
    digests.delete(key);
    digests.set(key, digest);
    digest.then(letGo, () => digests.delete(key));
    return digest;
  };
}
