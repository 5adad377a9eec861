/**
 * Measures WebSocket frames in the bytes of one client, to find frames that are too large (RFC 6455 section 5.2). `ws` limits
 * only whole messages and does not show single frames.
 */
export class FrameMeter {
  private header = Buffer.alloc(0);
  /** Payload bytes of the current frame that are still to come. */
  private payload = 0;

  /** @returns payload bytes of the largest frame that begins in this chunk, 0 when none does */
  push(chunk: Buffer): number {
    let largest = 0;
    let rest = chunk;
    while (rest.length > 0) {
      const skipped = Math.min(this.payload, rest.length);
      this.payload -= skipped;
      rest = rest.subarray(skipped);
      if (rest.length === 0) break;
      const missing = headerBytes(this.header) - this.header.length;
      this.header = Buffer.concat([this.header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (this.header.length < headerBytes(this.header)) continue;
      this.payload = payloadBytes(this.header);
      this.header = Buffer.alloc(0);
      largest = Math.max(largest, this.payload);
    }
    return largest;
  }
}

/** Length of a frame's header, as far as the received bytes show it. */
function headerBytes(header: Buffer): number {
  const second = header[1];
  if (second === undefined) return 2;
  const length = second & 0x7f;
  const extended = length === 126 ? 2 : length === 127 ? 8 : 0;
  return 2 + extended + (second & 0x80 ? 4 : 0);
}

function payloadBytes(header: Buffer): number {
  const length = (header[1] ?? 0) & 0x7f;
  if (length === 126) return header.readUInt16BE(2);
  if (length === 127) return Number(header.readBigUInt64BE(2));
  return length;
}
