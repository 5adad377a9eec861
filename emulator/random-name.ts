import { Buffer } from 'node:buffer';
import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;

/**
 * Random bytes for names that need only be different: ids of requests, traces and segments. They come from a pool, because a call of the
 * operating system for each of a visit's many names takes longer than all the rest of these names. Secrets use `randomBytes`.
 * @returns a part of the pool, to be encoded at once
 */
export function nameBytes(size: number): Buffer {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += size;
  return pool.subarray(used - size, used);
}
