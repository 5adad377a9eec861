import fc from 'fast-check';
import { isIP } from 'node:net';
import { isCidr, isInRanges, visitorNetwork } from '../../protocol';

/** An address as a number and as one of its texts. A mapped IPv4 address is the IPv4 address. */
interface Written {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly text: string;
  /** What a prefix is longer by in this text, in bits. */
  readonly longerBy: number;
}

const groups = (value: bigint): string[] => Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
const dotted = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
/** With `::` in the place of the first run of zeros. */
const compressed = (value: bigint): string =>
  groups(value)
    .join(':')
    .replace(/(^|:)0(:0)+(:|$)/, '::');

const ipv4 = (value: bigint): Written[] => {
  const low = groups(value).slice(6).join(':');
  return [
    { family: 4, value, text: dotted(value), longerBy: 0 },
    { family: 4, value, text: `::ffff:${dotted(value)}`, longerBy: 96 },
    { family: 4, value, text: `0:0:0:0:0:FFFF:${low}`, longerBy: 96 },
  ];
};
const ipv6 = (value: bigint): Written[] => [
  { family: 6, value, text: groups(value).join(':'), longerBy: 0 },
  { family: 6, value, text: compressed(value).toUpperCase(), longerBy: 0 },
];

const isMapped = (value: bigint): boolean => value >> 32n === 0xffffn;
const anyOf = (texts: readonly Written[]) => fc.constantFrom(...texts);
const bits = (count: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(count)) - 1n });
/** Numbers with zeros in the middle as well, as addresses have them. */
const ipv6Value = fc
  .oneof(
    bits(128),
    fc.tuple(bits(32), bits(16)).map(([high, low]) => (high << 96n) | low),
  )
  .filter((value) => !isMapped(value));
const address = fc.oneof(
  bits(32).chain((value) => anyOf(ipv4(value))),
  ipv6Value.chain((value) => anyOf(ipv6(value))),
);
/** An address, and another one that has the same first bits as the first. */
const neighbours = address.chain((one) => {
  const size = one.family === 4 ? 32 : 128;
  const others = fc.integer({ min: 0, max: size }).chain((same) => {
    const changed = bits(size).map((noise) => one.value ^ (noise & ((1n << BigInt(size - same)) - 1n)));
    return changed.filter((value) => one.family === 4 || !isMapped(value)).chain((value) => anyOf((one.family === 4 ? ipv4 : ipv6)(value)));
  });
  return fc.tuple(fc.constant(one), fc.oneof(others, address), fc.integer({ min: 0, max: size }));
});

test('an address is in a range exactly if it has the first bits of the range, however both are written', () => {
  fc.assert(
    fc.property(neighbours, ([network, visitor, prefix]) => {
      const range = `${network.text}/${prefix + network.longerBy}`;
      const rest = BigInt((network.family === 4 ? 32 : 128) - prefix);
      expect(isCidr(range)).toBe(true);
      expect({ range, visitor: visitor.text, inside: isInRanges(visitor.text, [range]) }).toMatchObject({
        inside: network.family === visitor.family && network.value >> rest === visitor.value >> rest,
      });
    }),
    { numRuns: 2000 },
  );
});

test('two addresses are of one visitor exactly if they are the same IPv4 address or have the same first half', () => {
  fc.assert(
    fc.property(neighbours, ([one, other]) => {
      const same = (family: 4 | 6): boolean => (family === 4 ? one.value === other.value : one.value >> 64n === other.value >> 64n);
      expect(visitorNetwork(one.text) === visitorNetwork(other.text)).toBe(one.family === other.family && same(one.family));
    }),
    { numRuns: 2000 },
  );
});

test('a text is a range exactly if it is an address without a zone, with or without a prefix that fits', () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[0-9a-fx:.%/]{0,20}$/),
    fc.tuple(address, fc.integer({ min: 0, max: 200 })).map(([{ text }, prefix]) => `${text}/${prefix}`),
    address.map(({ text }) => text),
  );
  fc.assert(
    fc.property(text, (candidate) => {
      const [before = '', prefix, ...more] = candidate.split('/');
      const longest = isIP(before) === 4 ? 32 : 128;
      const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
      expect(isCidr(candidate)).toBe(isIP(before) !== 0 && !before.includes('%') && fits && more.length === 0);
    }),
    { numRuns: 2000 },
  );
});
