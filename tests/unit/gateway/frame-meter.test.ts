import fc from 'fast-check';
import { FrameMeter } from '../../../emulator/gateway/websocket/frame-meter';

/** A masked frame with a payload of that many bytes. */
function frame(bytes: number): Buffer {
  const head = bytes < 126 ? Buffer.from([0x81, 0x80 | bytes]) : Buffer.alloc(bytes < 65_536 ? 4 : 10);
  if (bytes >= 126) head.set([0x81, 0x80 | (bytes < 65_536 ? 126 : 127)]);
  if (bytes >= 65_536) head.writeBigUInt64BE(BigInt(bytes), 2);
  else if (bytes >= 126) head.writeUInt16BE(bytes, 2);
  // The payload looks like frame headers.
  return Buffer.concat([head, Buffer.alloc(4, 7), Buffer.alloc(bytes, 0xff)]);
}

test('FrameMeter finds the largest frame however the bytes are split into chunks', () => {
  const sizes = fc.array(fc.oneof(fc.nat(200), fc.nat(70_000)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (payloads, cuts) => {
      const bytes = Buffer.concat(payloads.map(frame));
      const meter = new FrameMeter();
      let largest = 0;
      for (let start = 0, cut = 0; start < bytes.length; cut += 1) {
        const end = start + (cuts[cut % cuts.length] ?? 1);
        largest = Math.max(largest, meter.push(bytes.subarray(start, end)));
        start = end;
      }
      expect(largest).toBe(Math.max(...payloads));
    }),
    { numRuns: 50 },
  );
});

test('FrameMeter knows the size of a frame from its header, before the payload arrives', () => {
  expect(new FrameMeter().push(frame(40_000).subarray(0, 8))).toBe(40_000);
});
