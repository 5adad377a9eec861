import fc from 'fast-check';
import { PartOrder } from '../../functions/core/stream/part-order';
import { partsOf } from '../support/answer-stream';

const texts = fc.array(fc.string({ maxLength: 20 }), { maxLength: 30 });

/** Adds parts in an order, takes whatever is there after each, and returns what was taken. */
function taken(order: PartOrder, parts: Parameters<PartOrder['add']>[0][]): string {
  let text = '';
  for (const part of parts) {
    expect(order.add(part)).not.toBe('beyond');
    for (let piece = order.take(); piece; piece = order.take()) text += Buffer.from(piece).toString();
  }
  return text;
}

test('parts in any order, some of them twice, give the body, and an end that is whole', () => {
  fc.assert(
    fc.property(
      texts.chain((bodies) => {
        const parts = partsOf(bodies);
        const twice = fc.subarray(parts);
        return fc.tuple(
          fc.constant(bodies),
          twice.chain((again) => fc.shuffledSubarray([...parts, ...again], { minLength: parts.length + again.length })),
        );
      }),
      ([bodies, parts]) => {
        const order = new PartOrder(1_000_000);
        expect(taken(order, parts)).toBe(bodies.join(''));
        expect(order.end).toBe('whole');
        expect(order.takenBytes).toBe(Buffer.byteLength(bodies.join('')));
      },
    ),
  );
});

test('what is taken is always a beginning of the body, and no end is whole, while a part is missing', () => {
  fc.assert(
    fc.property(
      texts.chain((bodies) => {
        const parts = partsOf(bodies);
        return fc.tuple(fc.constant(bodies), fc.nat(parts.length - 1), fc.shuffledSubarray(parts, { minLength: parts.length }));
      }),
      ([bodies, lost, shuffled]) => {
        const order = new PartOrder(1_000_000);
        const text = taken(
          order,
          shuffled.filter(({ number }) => number !== lost),
        );
        expect(bodies.join('').startsWith(text)).toBe(true);
        expect(order.end).toBeUndefined();
        expect(order.missing(bodies.length + 2)[0]).toBe(lost);
      },
    ),
  );
});

test('a body of which one byte was changed does not end whole', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 10 }), fc.nat(), (bodies, choice) => {
      const order = new PartOrder(1_000_000);
      const changed = 1 + (choice % bodies.length);
      const parts = partsOf(bodies).map((part) => {
        if (part.number !== changed || part.kind !== 'chunk') return part;
        const body = Buffer.from(part.body);
        body[0] = (body[0] ?? 0) ^ 1;
        return { ...part, body };
      });
      taken(order, parts);
      expect(order.end).toBe('damaged');
    }),
  );
});

test('what is here and not taken stays within the window, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(60))), (chunks) => {
      const order = new PartOrder(100);
      let here = 0;
      order.add({ kind: 'head', number: 0, statusCode: 200, headers: {}, body: new Uint8Array(), takenAt: 0 });
      for (const [number, bytes] of chunks) {
        if (order.add({ kind: 'chunk', number: number + 1, body: Buffer.alloc(bytes) }) === 'new') here += bytes;
        expect(here).toBeLessThanOrEqual(100);
      }
    }),
  );
});
