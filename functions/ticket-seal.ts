/**
 * Seals tickets: AES-256-GCM (NIST SP 800-38D), so that nobody without the key can read, change or make one.
 *
 * A sealed ticket is the id of its key, a dot, and base64url of: 12 random bytes (the initialization vector), the sealed text, and 16 bytes
 * that prove it (the tag). The id of the key is proven as well. With random vectors, one key may seal 2³² tickets (section 8.3 there): at
 * 1,000 requests a second, that takes 49 days, and a key is used for about an hour.
 */
import { createCipheriv, createDecipheriv, randomBytes, randomFillSync } from 'node:crypto';
import type { Ticket } from './core/ticket';
import { keyById, type TicketKey, type TicketKeys } from './core/ticket-keys';

const CIPHER = 'aes-256-gcm';
const VECTOR_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 6;
const BASE64URL = /^[\w-]+$/;

/** A random key with a random id. */
export const newTicketKey = (): TicketKey => ({ id: randomBytes(KEY_ID_BYTES).toString('base64url'), secret: randomBytes(KEY_BYTES) });

/** What is sealed, in this order: a list is shorter than an object. */
type Content = [
  requestId: string,
  tunnelId: string,
  owner: string,
  waiterConnectionId: string,
  deadline: number,
  traceHeader?: string | undefined,
];

export function sealTicket({ requestId, tunnelId, owner, waiterConnectionId, deadline, traceHeader }: Ticket, key: TicketKey): string {
  const content: Content = [requestId, tunnelId, owner, waiterConnectionId, deadline, traceHeader];
  const vector = randomFillSync(Buffer.allocUnsafe(VECTOR_BYTES));
  const cipher = createCipheriv(CIPHER, key.secret, vector).setAAD(Buffer.from(key.id));
  const sealed = Buffer.concat([vector, cipher.update(JSON.stringify(content)), cipher.final(), cipher.getAuthTag()]);
  return `${key.id}.${sealed.toString('base64url')}`;
}

/** The id of the key that sealed the ticket, as the ticket says. */
export const keyIdOf = (sealed: string): string => sealed.slice(0, Math.max(0, sealed.indexOf('.')));

/** Opens a ticket; undefined if none of the keys has sealed it. */
export function openTicket(sealed: string, keys: TicketKeys | undefined): Ticket | undefined {
  const id = keyIdOf(sealed);
  const key = keyById(keys, id);
  const text = sealed.slice(id.length + 1);
  // Node ignores characters that are not of base64url.
  if (!key || !BASE64URL.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length <= VECTOR_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key.secret, bytes.subarray(0, VECTOR_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(id))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const content = Buffer.concat([decipher.update(bytes.subarray(VECTOR_BYTES, -TAG_BYTES)), decipher.final()]);
    return ticketOf(JSON.parse(content.toString()) as Content);
  } catch {
    // The tag does not match.
    return undefined;
  }
}

const ticketOf = ([requestId, tunnelId, owner, waiterConnectionId, deadline, traceHeader]: Content): Ticket => ({
  requestId,
  tunnelId,
  owner,
  waiterConnectionId,
  deadline,
  ...(typeof traceHeader === 'string' && { traceHeader }),
});
