import type { BodyRef } from '../../protocol';

/**
 * Stores bodies that are too large for a message or a row, for the time of their request. The functions below make the keys; no
 * message contains a key, so an agent cannot reach the bodies of another agent.
 */
export interface BodyStore {
  put(key: string, body: Uint8Array, ref: BodyRef): Promise<void>;
  /** `undefined` when the body is missing, or when its size or hash differs from the reference. */
  get(key: string, ref: BodyRef): Promise<Uint8Array | undefined>;
  /** Sends the removal without waiting for the reply. `sweep` removes a body whose removal failed. */
  remove(key: string): Promise<void>;
  /** A URL from which an agent can download the body, until `until` (ms since the epoch). */
  downloadUrl(key: string, until: number): Promise<string>;
  /** A URL to which an agent can upload exactly this body, until `until` (ms since the epoch), and the header fields for the upload. */
  uploadUrl(key: string, ref: BodyRef, until: number): Promise<{ url: string; headers: Record<string, string> }>;
}

export const requestBodyKey = (requestId: string): string => `requests/${requestId}`;

/** The key contains the hash, so an agent that answers another agent's request cannot overwrite the body of the true answer. */
export const responseBodyKey = (requestId: string, { sha256 }: BodyRef): string =>
  `responses/${requestId}/${Buffer.from(sha256, 'base64').toString('hex')}`;

/** An answer's body: the bytes, or a reference to the body store. */
export type Body = Uint8Array | BodyRef;

export const isStored = (body: Body): body is BodyRef => !(body instanceof Uint8Array);

/**
 * Largest body of an answer that its row holds, in bytes. A body of this size also fits a wake, with base64 and envelope. In a
 * row each further KB costs two write units. In the bucket a body of any size costs as much as about 4 KB in a row, plus the time
 * of two calls.
 */
export const MAX_ROW_BODY_BYTES = 20 * 1024;
