import { createHash, type Hash } from 'node:crypto';

/** The SHA-256 of a body that comes in pieces. */
export class BodyDigest {
  private readonly hash: Hash = createHash('sha256');

  add(piece: Uint8Array): void {
    this.hash.update(piece);
  }

  /** In base64. No piece can be added afterwards. */
  end(): string {
    return this.hash.digest('base64');
  }
}
