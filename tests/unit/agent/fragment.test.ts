import { fragment } from '../../../agent/fragment';

const sizes = (text: string, maxBytes?: number): number[] => fragment(text, maxBytes).map((frame) => frame.length);

describe('fragment()', () => {
  it('leaves a message of exactly 32 KB in one frame', () => {
    expect(sizes('x'.repeat(32 * 1024))).toEqual([32 * 1024]);
  });

  it('puts the byte above 32 KB into a second frame', () => {
    expect(sizes('x'.repeat(32 * 1024 + 1))).toEqual([32 * 1024, 1]);
  });

  it('does not split a character between two frames', () => {
    const frames = fragment('abcé€f', 4);
    expect(frames.map((frame) => frame.toString())).toEqual(['abc', 'é', '€f']);
  });

  it('returns one empty frame for an empty message', () => {
    expect(sizes('')).toEqual([0]);
  });
});
