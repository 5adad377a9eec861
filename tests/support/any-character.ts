import fc from 'fast-check';

/**
 * Any character of Unicode, like `unit: 'binary'` of fast-check, but without fast-check's tables: building the tables takes longer
 * than most tests. ASCII characters come more often.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof({ weight: 2, arbitrary: fc.integer({ min: 0, max: 0x7f }) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x10_ffff }) })
  // Single surrogates are not characters.
  .filter((codePoint) => codePoint < 0xd800 || codePoint > 0xdfff)
  .map((codePoint) => String.fromCodePoint(codePoint));
