/** A complete WebSocket message as it was sent over the network. */
export interface MeteredMessage {
  /** 1 text, 2 binary (RFC 6455, section 5.2); control frames are not counted. */
  readonly opcode: number;
  /** Payload size of each frame, in bytes. */
  readonly frames: readonly number[];
}

/**
 * Reads the frame headers in a client's byte stream. A WebSocket library does not show them, because it joins frames to messages.
 */
export class AgentFrameMeter {
  private pending = Buffer.alloc(0);
  private opcode = 0;
  private frames: number[] = [];

  constructor(private readonly onMessage: (message: MeteredMessage) => void) {}

  push(bytes: Buffer): void {
    this.pending = Buffer.concat([this.pending, bytes]);
    while (this.takeFrame());
  }

  private takeFrame(): boolean {
    const header = readHeader(this.pending);
    if (!header || this.pending.length < header.size + header.payload) return false;
    const isControl = header.opcode >= 8;
    if (!isControl) {
      if (header.opcode !== 0) this.opcode = header.opcode;
      this.frames.push(header.payload);
      if (header.fin) {
        this.onMessage({ opcode: this.opcode, frames: this.frames });
        this.frames = [];
      }
    }
    this.pending = this.pending.subarray(header.size + header.payload);
    return true;
  }
}

interface FrameHeader {
  readonly fin: boolean;
  readonly opcode: number;
  /** Size of the header in bytes: 2, plus 0, 2 or 8 for the length, plus 4 for the mask. */
  readonly size: number;
  readonly payload: number;
}

function readHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const extra = { 126: 2, 127: 8 }[short] ?? 0;
  if (bytes.length < 2 + extra) return undefined;
  const payload = extra === 2 ? bytes.readUInt16BE(2) : extra === 8 ? Number(bytes.readBigUInt64BE(2)) : short;
  return {
    fin: (first & 0x80) !== 0,
    opcode: first & 0x0f,
    size: 2 + extra + (second & 0x80 ? 4 : 0),
    payload,
  };
}
