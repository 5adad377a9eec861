import fc from 'fast-check';
import { fragment } from '../../agent/fragment';
import { anyCharacter } from '../support/any-character';

const texts = fc.string({ unit: anyCharacter, maxLength: 300 });
const limits = fc.integer({ min: 4, max: 64 });

describe('fragment', () => {
  it('cuts a text into frames within the size limit that together give the same text', () => {
    fc.assert(
      fc.property(texts, limits, (text, maxBytes) => {
        const frames = fragment(text, maxBytes);
        expect(Buffer.concat(frames)).toEqual(Buffer.from(text));
        expect(frames.every((frame) => frame.length <= maxBytes)).toBe(true);
      }),
    );
  });

  it('makes each frame valid UTF-8, and fills every frame but the last one', () => {
    const strict = new TextDecoder('utf-8', { fatal: true });
    fc.assert(
      fc.property(texts, limits, (text, maxBytes) => {
        const frames = fragment(text, maxBytes);
        for (const frame of frames) strict.decode(frame);
        expect(frames.slice(0, -1).every((frame) => frame.length > maxBytes - 4)).toBe(true);
      }),
    );
  });
});
