import { isBodyOf, type BodyRef } from '../../protocol';
import type { BodyStore } from '../../functions/core/body-store';

/** A body store in memory. Its URLs contain the key and the expiry time. */
export class InMemoryBodies implements BodyStore {
  readonly bodies = new Map<string, Uint8Array>();

  async put(key: string, body: Uint8Array, ref: BodyRef): Promise<void> {
    if (!isBodyOf(body, ref)) throw new Error(`not the body it was said to be: ${key}`);
    this.bodies.set(key, body);
  }

  async get(key: string, ref: BodyRef): Promise<Uint8Array | undefined> {
    const body = this.bodies.get(key);
    return body && isBodyOf(body, ref) ? body : undefined;
  }

  async remove(key: string): Promise<void> {
    this.bodies.delete(key);
  }

  async downloadUrl(key: string, until: number): Promise<string> {
    return `https://bodies.test/${key}?until=${until}`;
  }

  async uploadUrl(key: string, { bytes, sha256 }: BodyRef, until: number): Promise<{ url: string; headers: Record<string, string> }> {
    return { url: `https://bodies.test/${key}?until=${until}&bytes=${bytes}`, headers: { 'x-amz-checksum-sha256': sha256 } };
  }
}
