import { FifoMap } from 'toad-cache';
import { visitorNetwork } from '../../protocol';
import { TunnelError } from './tunnel-error';
import type { PasswordDigest } from './visitor-access';

/** Passwords that one visitor may try at one tunnel in a minute: enough for typing errors, too few for guessing. */
const GUESSES = 10;
/** In ms. */
const WINDOW_MS = 60_000;
/** How many visitors have their guesses counted. Above this number, the oldest count is dropped. */
const CAPACITY = 1000;

/**
 * Limits how many digests one visitor can ask for. Meant to be called for passwords that are not in the cache
 * (password-digests.ts): there neither the right password nor the same wrong password counts twice. Right passwords count too,
 * because only the digest shows whether a password is right.
 * @param now wall clock, in ms
 */
export function limitGuesses(digest: PasswordDigest, now: () => number): PasswordDigest {
  // The map has no expiry times, because its library reads the wall clock by itself.
  const counts = new FifoMap<{ guesses: number; until: number }>(CAPACITY);

  const countOf = (visitor: string): { guesses: number; until: number } => {
    const known = counts.get(visitor);
    if (known && now() < known.until) return known;
    // Else the new count would keep the age of the old one, and be dropped too early.
    counts.delete(visitor);
    const fresh = { guesses: 0, until: now() + WINDOW_MS };
    counts.set(visitor, fresh);
    return fresh;
  };

  return async (userAndPassword, salt, address) => {
    // The salt identifies the tunnel.
    const count = countOf(`${salt} ${visitorNetwork(address)}`);
    if (count.guesses >= GUESSES) {
      const seconds = Math.ceil((count.until - now()) / 1000);
      throw new TunnelError('too_many_guesses', undefined, { headers: { 'retry-after': [String(seconds)] } });
    }
    count.guesses += 1;
    return digest(userAndPassword, salt, address);
  };
}
