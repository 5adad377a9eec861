import type { BodyRef } from '../../protocol';

/**
 * Where bodies lie, for the time of their request, that are too large for a message or a row. Keys are made here from what the cloud
 * knows itself: no message names one, so that an agent reaches nobody else's bodies.
 */
export interface BodyStore {
  put(key: string, body: Uint8Array, ref: BodyRef): Promise<void>;
  /** `undefined` when there is no such body, or it is not what the reference says. */
  get(key: string, ref: BodyRef): Promise<Uint8Array | undefined>;
  /** Sends the removal, and waits for nothing but that it is on its way. What it does not remove is left to sweep. */
  remove(key: string): Promise<void>;
  /** Where an agent gets the body, until `until` (ms since the epoch). */
  downloadUrl(key: string, until: number): Promise<string>;
  /** Where an agent may put exactly this body, until `until` (ms since the epoch), and with which header fields. */
  uploadUrl(key: string, ref: BodyRef, until: number): Promise<{ url: string; headers: Record<string, string> }>;
}

export const requestBodyKey = (requestId: string): string => `requests/${requestId}`;

/** With the hash in it: whoever answers a request that is not theirs puts nothing in the place of the true answer. */
export const responseBodyKey = (requestId: string, { sha256 }: BodyRef): string =>
  `responses/${requestId}/${Buffer.from(sha256, 'base64').toString('hex')}`;

/** An answer's body: itself, or where it lies in the body store. */
export type Body = Uint8Array | BodyRef;

export const isStored = (body: Body): body is BodyRef => !(body instanceof Uint8Array);

/**
 * Largest body of an answer that its row holds, in bytes: what a wake carries, base64 and envelope included. In a row each further KB costs two
 * write units, in the bucket a body of any size as much as some 4 KB in a row, and two calls of time.
 */
export const MAX_ROW_BODY_BYTES = 20 * 1024;
