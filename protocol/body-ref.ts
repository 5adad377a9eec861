import { createHash } from 'node:crypto';
import type { BodyRef } from './messages';

/** The size and hash that a body in the body bucket must have. */
export const bodyRefOf = (body: Uint8Array): BodyRef => ({
  bytes: body.length,
  sha256: createHash('sha256').update(body).digest('base64'),
});

/** Whether a body has the size and hash of the reference. */
export function isBodyOf(body: Uint8Array, { bytes, sha256 }: BodyRef): boolean {
  return body.length === bytes && bodyRefOf(body).sha256 === sha256;
}
