import fc from 'fast-check';
import { mutated } from './fuzz';

/** What a frame says about itself, and what follows. RFC 6455 section 5.2. */
interface FrameParts {
  readonly fin: boolean;
  readonly reserved: number;
  readonly opcode: number;
  readonly masked: boolean;
  /** The announced length of the payload; without it, the real one. */
  readonly announced: number | undefined;
  readonly payload: Buffer;
}

function frame({ fin, reserved, opcode, masked, announced, payload }: FrameParts): Buffer {
  const length = announced ?? payload.length;
  const mask = masked ? 0x80 : 0;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  header[1] = mask | (header.length === 2 ? length : header.length === 4 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  // The mask is 0, so that the payload is sent as it is.
  return Buffer.concat([header, Buffer.alloc(masked ? 4 : 0), payload]);
}

const TEXTS = [
  '{"action":"hello"}',
  '{"action":"$connect"}',
  '{"action":"$disconnect"}',
  '{"action":{"a":1}}',
  '{"type":"ping"}',
  '{"type":"http_response","request_id":"r","status_code":200,"headers":{},"body":""}',
  '{"__proto__":{"action":"hello"}}',
  '[]',
  'null',
  '',
  '['.repeat(20_000),
].map((text) => Buffer.from(text));
const FRAME_BYTES = 32 * 1024;
/** Around the limits of frames, messages, lengths in a header, and numbers. */
const LENGTHS = [125, 126, 65_535, 65_536, FRAME_BYTES, FRAME_BYTES + 1, 4 * FRAME_BYTES, 4 * FRAME_BYTES + 1];
const ANNOUNCED = [...LENGTHS, 2 ** 31, 2 ** 32, 2 ** 53 - 1];

/** Two of three frames are right in this place. */
const mostly = <T>(usual: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });

const payload = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constantFrom(...LENGTHS).map((bytes) => Buffer.alloc(bytes, 'x')) },
);
const parts: fc.Arbitrary<FrameParts> = fc.record({
  fin: mostly(true, fc.constant(false)),
  reserved: mostly(0, fc.nat(7)),
  opcode: mostly(1, fc.nat(15)),
  masked: mostly(true, fc.constant(false)),
  announced: mostly(undefined, fc.constantFrom<number | undefined>(...ANNOUNCED)),
  payload,
});
const frames = fc.array(parts.map(frame), { minLength: 1, maxLength: 6 }).map((each) => Buffer.concat(each));

/** Bytes after a handshake that pretend to be frames. */
export const hostileFrames: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: frames },
  { weight: 2, arbitrary: frames.chain((bytes) => mutated(bytes)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)) },
);
