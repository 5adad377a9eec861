import { TunnelError } from './tunnel-error';
import type { PasswordDigest } from './visitor-access';

/** Passwords that one visitor may try at one tunnel in a minute: more than people mistype, and fewer than a guesser needs. */
const GUESSES = 10;
/** In ms. */
const WINDOW_MS = 60_000;
/** Visitors whose guesses are counted; beyond them the one who began first is forgotten. */
const CAPACITY = 1000;

/**
 * Digests for those who do not ask for too many. Meant for what nobody has shown before: behind a store of digests neither
 * the right password nor the same wrong one counts twice. Right ones count too, because it is the digest that tells.
 * @param now wall clock, in ms
 */
export function limitGuesses(digest: PasswordDigest, now: () => number): PasswordDigest {
  const counts = new Map<string, { guesses: number; until: number }>();

  const countOf = (visitor: string): { guesses: number; until: number } => {
    const known = counts.get(visitor);
    if (known && now() < known.until) return known;
    counts.delete(visitor);
    for (const oldest of counts.keys()) {
      if (counts.size < CAPACITY) break;
      counts.delete(oldest);
    }
    const fresh = { guesses: 0, until: now() + WINDOW_MS };
    counts.set(visitor, fresh);
    return fresh;
  };

  return async (userAndPassword, salt, address) => {
    // The salt stands for the tunnel.
    const count = countOf(`${salt} ${networkOf(address)}`);
    if (count.guesses >= GUESSES) {
      const seconds = Math.ceil((count.until - now()) / 1000);
      throw new TunnelError('too_many_guesses', undefined, { headers: { 'retry-after': [String(seconds)] } });
    }
    count.guesses += 1;
    return digest(userAndPassword, salt, address);
  };
}

/** Whoever has one IPv6 address has 2⁶⁴ of them (https://www.rfc-editor.org/rfc/rfc6177), so their first half counts. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = [], tail = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}
