import type { World } from '../world';

/** What was seen of an assumption. */
export interface Sighting {
  readonly seen: string;
  /** Undefined when the check could not tell. */
  readonly holds: boolean | undefined;
}

/** Something that this project assumes of AWS. */
export interface Behaviour {
  readonly assumption: string;
  /** The document or file that relies on it. */
  readonly reliedOn: string;
  readonly check: (world: World) => Promise<Sighting>;
}

/** What a check saw, compared with what is assumed. */
export const sightingOf = (seen: unknown, expected: unknown): Sighting => ({
  seen: typeof seen === 'string' ? seen : JSON.stringify(seen ?? 'nothing'),
  holds: JSON.stringify(seen) === JSON.stringify(expected),
});
