import { createHash } from 'node:crypto';
import type { BodyRef } from './messages';

/** What a body has to be once it lies in the body bucket. */
export const bodyRefOf = (body: Uint8Array): BodyRef => ({
  bytes: body.length,
  sha256: createHash('sha256').update(body).digest('base64'),
});

/** Whether a body is what was said of it. */
export function isBodyOf(body: Uint8Array, { bytes, sha256 }: BodyRef): boolean {
  return body.length === bytes && bodyRefOf(body).sha256 === sha256;
}
