import { randomLcg } from 'd3-random';

/** A body, and the content type that its sender declares, if any. */
export interface TypedBody {
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

/** First and last code points: ASCII with control characters; printable ASCII; Latin; marks; separators; BOM; Chinese; emoji. */
const ALPHABETS = [
  [0x00, 0x7f],
  [0x20, 0x7e],
  [0xa0, 0x24f],
  [0x300, 0x36f],
  [0x2000, 0x206f],
  [0xfeff, 0xfeff],
  [0x4e00, 0x9fff],
  [0x1f300, 0x1faff],
] as const;
const TEXT_TYPES = ['application/json', 'application/json; charset=utf-8', 'text/plain', undefined] as const;
const BYTE_TYPES = ['application/octet-stream', 'application/x-www-form-urlencoded', 'application/json', undefined] as const;

/** The largest body in bytes: its base64 and the header fields fit into one message to an agent. */
const LARGEST = 90_000;

/** Bodies of all kinds and sizes, most of them small, none empty. The same seed gives the same bodies. @param seed from [0, 1) */
export function randomBodies(count: number, seed: number): TypedBody[] {
  const random = new Draw(randomLcg(seed));
  return Array.from({ length: count }, (): TypedBody => {
    const size = 1 + random.below(random.oneOf([200, 200, 2000, 2000, 2000, 10_000, 10_000, 60_000, LARGEST]));
    const draw = random.oneOf([json, json, form, text, bytes]);
    return draw(random, size);
  });
}

type Drawing = (random: Draw, size: number) => TypedBody;

const bytes: Drawing = (random, size) => ({
  contentType: random.oneOf(BYTE_TYPES),
  bytes: Buffer.from(Uint8Array.from({ length: size }, () => random.below(256))),
});

const text: Drawing = (random, size) => ({ contentType: random.oneOf(TEXT_TYPES), bytes: Buffer.from(random.text(size)) });

/** JSON with various spaces and line ends, which would be lost if the tunnel parsed the body. */
const json: Drawing = (random, size) => {
  const value = { id: `evt_${random.below(1e9)}`, amount: random.below(1e9) / 100, data: { object: random.text(Math.floor(size / 3)) } };
  const written = JSON.stringify(value, undefined, random.below(4));
  const whole = random.below(2) === 0 ? written : `${written.replaceAll('\n', '\r\n')}\n`;
  return { contentType: random.oneOf(TEXT_TYPES), bytes: Buffer.from(whole) };
};

const form: Drawing = (random, size) => ({
  contentType: 'application/x-www-form-urlencoded',
  bytes: Buffer.from(`payload=${encodeURIComponent(random.text(Math.floor(size / 4)))}&empty=&plus=a+b`),
});

class Draw {
  /** @param next draws from [0, 1) */
  constructor(private readonly next: () => number) {}

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** Well-formed Unicode of about `size` bytes, in runs of one alphabet each. */
  text(size: number): string {
    let drawn = '';
    for (let length = 0; length < size;) {
      const [first, last] = this.oneOf(ALPHABETS);
      const run = String.fromCodePoint(...Array.from({ length: 1 + this.below(16) }, () => first + this.below(last - first + 1)));
      drawn += run;
      length += Buffer.byteLength(run);
    }
    return drawn;
  }
}
