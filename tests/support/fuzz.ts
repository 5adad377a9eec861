import fc from 'fast-check';

/** `HTTP_TUNNEL_FUZZ_SECONDS=600` for a long look: for a time, and not for a number of inputs. */
const SECONDS = process.env['HTTP_TUNNEL_FUZZ_SECONDS'];
/** `HTTP_TUNNEL_FUZZ_SEED=…` repeats a run; a failure names its seed and the shortest input that it found. */
const SEED = process.env['HTTP_TUNNEL_FUZZ_SEED'];

/** How a fuzz test runs. @param inputs how many it looks at in a run of all tests */
export const fuzzing = (inputs: number): fc.Parameters<unknown> => ({
  numRuns: SECONDS === undefined ? inputs : 10_000_000,
  ...(SECONDS !== undefined && { interruptAfterTimeLimit: Number(SECONDS) * 1000 }),
  // A long run that is interrupted has found nothing.
  markInterruptAsFailure: false,
  ...(SEED !== undefined && { seed: Number(SEED) }),
});

/** How many `atOnce` gives: most of them are no whole requests, and each of those costs the test its patience. */
const AT_ONCE = 10;

/** Inputs that are sent at once; a run of them counts as one. */
export const atOnce = <T>(input: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(input, { minLength: AT_ONCE, maxLength: AT_ONCE });

/** For jest: the time, shrinking, and a busy machine. In ms. */
export const FUZZ_TIMEOUT_MS = Number(SECONDS ?? 0) * 1000 + 300_000;

/** What one input may take of the processor, far above what any should. In ms. */
const HANG_MS = 1000;

/** Begins to measure one input; whoever calls what it returns fails when the input has taken too long, however busy the machine is. */
export function startHangCheck(): () => void {
  const before = process.cpuUsage();
  return () => expect(process.cpuUsage(before).user / 1000).toBeLessThan(HANG_MS);
}

/** What a fuzz test may leave on the heap, in bytes: leaks of millions of inputs would be far above. */
const HEAP_BYTES = 150 * 1024 * 1024;

/** Runs something and fails when the heap is much larger afterwards. */
export async function withBoundedMemory(run: () => unknown): Promise<void> {
  const before = process.memoryUsage();
  await run();
  const after = process.memoryUsage();
  expect(after.heapUsed - before.heapUsed).toBeLessThan(HEAP_BYTES);
  expect(after.external - before.external).toBeLessThan(HEAP_BYTES);
}

/** One change of some bytes. */
type Mutation = (bytes: Buffer) => Buffer;

const at = (bytes: Buffer, where: number): number => Math.floor(where * (bytes.length + 1));
const where = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const INTERESTING = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  ':',
  ',',
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  '%',
  '%2F',
  '%00',
  '..',
  '-1',
  '99999999999',
  '1e999',
  'null',
  '\u00ff',
];

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(where, fc.nat(255)).map(([w, byte]): Mutation => (bytes) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[Math.min(at(bytes, w), changed.length - 1)] = byte;
    return changed;
  }),
  fc.tuple(where, fc.constantFrom(...INTERESTING)).map(
    ([w, piece]): Mutation =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at(bytes, w)), Buffer.from(piece, 'latin1'), bytes.subarray(at(bytes, w))]),
  ),
  fc.tuple(where, where).map(
    ([from, to]): Mutation =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at(bytes, Math.min(from, to))), bytes.subarray(at(bytes, Math.max(from, to)))]),
  ),
  // A piece of it once more, some times.
  fc.tuple(where, where, fc.nat(20)).map(([from, to, times]): Mutation => (bytes) => {
    const piece = bytes.subarray(at(bytes, Math.min(from, to)), at(bytes, Math.max(from, to)));
    return Buffer.concat([bytes, ...Array<Buffer>(times).fill(piece)]).subarray(0, 64 * 1024);
  }),
  where.map(
    (w): Mutation =>
      (bytes) =>
        bytes.subarray(0, at(bytes, w)),
  ),
);

/** Good inputs, changed in a few places: most still look good at first sight. */
export const mutated = (...seeds: readonly (string | Buffer)[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { maxLength: 6 }))
    .map(([seed, mutations]) => mutations.reduce<Buffer>((bytes, mutate) => mutate(bytes), Buffer.from(seed as string)));
