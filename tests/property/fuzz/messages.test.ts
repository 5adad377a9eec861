import fc from 'fast-check';
import { fragment } from '../../../agent/fragment';
import { FrameMeter } from '../../../emulator/gateway/websocket/frame-meter';
import { decodeAgentMessage, decodeCloudMessage, encodeMessage, ProtocolError } from '../../../protocol';
import { FUZZ_TIMEOUT_MS, fuzzing, mutated, startHangCheck, withBoundedMemory } from '../../support/fuzz';
import { anyCharacter } from '../../support/any-character';
import { FROM_AGENT, FROM_CLOUD, SALT } from '../../support/valid-messages';

const INPUTS = 1500;
const FROM_GATEWAY = '{"message": "Internal server error", "connectionId":"L0SM9cOFvHcCIhw=", "requestId":"L0SM9dqFvHcCJ-g="}';

/** JSON that is deep or large, or has names of built-in properties. */
const nasty = fc.constantFrom(
  '['.repeat(60_000),
  `{"type":"http_response","headers":${'{"a":'.repeat(20_000)}`,
  '{"type":"ready","__proto__":{"version":"1"},"constructor":{"prototype":{"polluted":true}}}',
  `{"type":"http_response","request_id":"r","status_code":200,"headers":{"__proto__":["x"],"toString":["y"]},"body":""}`,
  `{"type":"http_response","request_id":"r","status_code":200,"headers":{},"body":"${'A'.repeat(100_000)}!"}`,
  `{"type":"ready","access":{"salt":"${SALT}","cidrs":["${'1.'.repeat(30_000)}/8"]}}`,
  `{"type":"${'x'.repeat(100_000)}"}`,
);

describe.each([
  ['an agent', decodeAgentMessage, FROM_AGENT.map(encodeMessage)],
  ['the cloud', decodeCloudMessage, [...FROM_CLOUD.map(encodeMessage), FROM_GATEWAY]],
] as const)('the decoder of messages from %s', (_, decode, seeds) => {
  test(
    'reads any text without a hang, as a message that can be encoded again, or refuses it with a ProtocolError',
    async () => {
      const input = fc.oneof(
        { weight: 8, arbitrary: mutated(...seeds).map((bytes) => bytes.toString()) },
        { weight: 2, arbitrary: fc.json() },
        { weight: 1, arbitrary: fc.string({ unit: anyCharacter }) },
        { weight: 1, arbitrary: nasty },
      );
      let messages = 0;
      let refusals = 0;
      await withBoundedMemory(() =>
        fc.assert(
          fc.property(input, (text) => {
            const checkHang = startHangCheck();
            try {
              const message = decode(text);
              messages++;
              // Only API Gateway sends this type of message, so nothing encodes it.
              if (message.type !== 'gateway_error') expect(decode(encodeMessage(message))).toEqual(message);
            } catch (error) {
              if (!(error instanceof ProtocolError)) throw error;
              refusals++;
              expect(error.message.length).toBeLessThan(2000);
            }
            checkHang();
            expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
          }),
          fuzzing(INPUTS),
        ),
      );
      // The generated input contained valid and invalid messages.
      expect(messages).toBeGreaterThan(20);
      expect(refusals).toBeGreaterThan(20);
    },
    FUZZ_TIMEOUT_MS,
  );
});

test(
  'the frame meter measures the same largest frame whether bytes arrive in pieces or at once, and accepts any bytes',
  async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 64 }), { maxLength: 20 });
    await withBoundedMemory(() =>
      fc.assert(
        fc.property(pieces, (chunks) => {
          const byPiece = new FrameMeter();
          const largest = Math.max(0, ...chunks.map((chunk) => byPiece.push(Buffer.from(chunk))));
          expect(largest).toBe(new FrameMeter().push(Buffer.concat(chunks)));
        }),
        fuzzing(INPUTS),
      ),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'a mutated message is cut into frames that together give the same text',
  () => {
    fc.assert(
      fc.property(mutated(...FROM_AGENT.map((message) => encodeMessage(message))), fc.integer({ min: 4, max: 200 }), (bytes, maxBytes) => {
        const text = bytes.toString();
        expect(Buffer.concat(fragment(text, maxBytes)).toString()).toBe(text);
      }),
      fuzzing(INPUTS),
    );
  },
  FUZZ_TIMEOUT_MS,
);
