import fc from 'fast-check';

/**
 * Any character of Unicode: what fast-check calls `unit: 'binary'`, without the tables of that, which take more time to make than
 * most tests that use them. Small ones come more often.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof({ weight: 2, arbitrary: fc.integer({ min: 0, max: 0x7f }) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x10_ffff }) })
  // Halves of pairs are no characters.
  .filter((codePoint) => codePoint < 0xd800 || codePoint > 0xdfff)
  .map((codePoint) => String.fromCodePoint(codePoint));
