/**
 * The keys that seal tickets, in an item beside the rollout. The item has the newest key and the one before, so that tickets of the
 * older key are still accepted while the functions learn of the newer one. The keys are nowhere else: not in Terraform's state, in no
 * environment variable and in no log.
 */

/** Key of the item in the tunnels table. No tunnel can have this name. */
export const TICKET_KEYS_ID = '#ticket-keys';

/** Version of the shape of the item. Code that does not know the version uses rows. */
export const TICKET_KEYS_VERSION = 1;

export interface TicketKey {
  /** Is part of each ticket, so that the key of the ticket is found. */
  readonly id: string;
  /** 32 bytes, for AES-256-GCM. */
  readonly secret: Uint8Array;
}

export interface TicketKeys {
  readonly version: typeof TICKET_KEYS_VERSION;
  /** When the newest key was made, in ms since the epoch. */
  readonly since: number;
  /** The newest key seals; both open. */
  readonly newest: TicketKey;
  readonly previous?: TicketKey;
}

const KEY_BYTES = 32;

/** The keys in a row; undefined when there is no row, or when it cannot be read. */
export function parseTicketKeys(row: object | undefined): TicketKeys | undefined {
  const { version, since, newest, previous } = (row ?? {}) as Record<string, unknown>;
  if (version !== TICKET_KEYS_VERSION || typeof since !== 'number' || !isKey(newest)) return undefined;
  return { version, since, newest, ...(isKey(previous) && { previous }) };
}

function isKey(value: unknown): value is TicketKey {
  const { id, secret } = (value ?? {}) as Record<string, unknown>;
  return typeof id === 'string' && secret instanceof Uint8Array && secret.length === KEY_BYTES;
}

/** The key with an id, if it is one of the two. */
export const keyById = (keys: TicketKeys | undefined, id: string): TicketKey | undefined =>
  [keys?.newest, keys?.previous].find((key) => key?.id === id);

export interface TicketKeyStore {
  /** The stored keys; undefined when there are none, or none that this code can read. Strongly consistent. */
  read(): Promise<{ readonly keys: TicketKeys | undefined; readonly revision: unknown }>;
  /** Replaces the keys, if nobody has replaced them since `revision` was read. */
  replace(revision: unknown, keys: TicketKeys): Promise<boolean>;
}

/**
 * Makes a new key when the newest is older than `lifeMs`, or when there is none. The key before the newest is then dropped: every ticket
 * that it sealed has passed its deadline long ago.
 * @param newKey makes a random key
 * @returns whether a key was made
 */
export async function rotateTicketKeys(
  store: TicketKeyStore,
  { now, lifeMs, newKey }: { readonly now: number; readonly lifeMs: number; readonly newKey: () => TicketKey },
): Promise<boolean> {
  const { keys, revision } = await store.read();
  if (keys && now - keys.since < lifeMs) return false;
  const previous = keys?.newest;
  return store.replace(revision, { version: TICKET_KEYS_VERSION, since: now, newest: newKey(), ...(previous && { previous }) });
}
