import fc from 'fast-check';

/** `HTTP_TUNNEL_FUZZ_SECONDS=600` for a long look. */
const SECONDS = Number(process.env['HTTP_TUNNEL_FUZZ_SECONDS'] ?? 2);
/** `HTTP_TUNNEL_FUZZ_SEED=…` repeats a run; a failure names its seed and the shortest input that it found. */
const SEED = process.env['HTTP_TUNNEL_FUZZ_SEED'];

/** How a fuzz test runs: for a time, not a number of inputs. */
export const fuzzing = (): fc.Parameters<unknown> => ({
  numRuns: 10_000_000,
  interruptAfterTimeLimit: SECONDS * 1000,
  // A long run that is interrupted has found nothing.
  markInterruptAsFailure: false,
  ...(SEED !== undefined && { seed: Number(SEED) }),
});

/** For jest: the time, shrinking, and a busy machine. In ms. */
export const FUZZ_TIMEOUT_MS = SECONDS * 1000 + 60_000;

/** What one input may take, far above what any should. In ms. */
export const HANG_MS = 1000;

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
const INTERESTING = ['\r\n', '\n', '\r', '\0', ' ', ':', ',', '"', '\\', '{', '}', '[', ']', '%', '%2F', '%00', '..', '-1', '99999999999', '1e999', 'null', '\u00ff'];

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(where, fc.nat(255)).map(([w, byte]): Mutation => (bytes) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[Math.min(at(bytes, w), changed.length - 1)] = byte;
    return changed;
  }),
  fc.tuple(where, fc.constantFrom(...INTERESTING)).map(([w, piece]): Mutation => (bytes) =>
    Buffer.concat([bytes.subarray(0, at(bytes, w)), Buffer.from(piece, 'latin1'), bytes.subarray(at(bytes, w))]),
  ),
  fc.tuple(where, where).map(([from, to]): Mutation => (bytes) =>
    Buffer.concat([bytes.subarray(0, at(bytes, Math.min(from, to))), bytes.subarray(at(bytes, Math.max(from, to)))]),
  ),
  // A piece of it once more, some times.
  fc.tuple(where, where, fc.nat(20)).map(([from, to, times]): Mutation => (bytes) => {
    const piece = bytes.subarray(at(bytes, Math.min(from, to)), at(bytes, Math.max(from, to)));
    return Buffer.concat([bytes, ...Array<Buffer>(times).fill(piece)]).subarray(0, 64 * 1024);
  }),
  where.map((w): Mutation => (bytes) => bytes.subarray(0, at(bytes, w))),
);

/** Good inputs, changed in a few places: most still look good at first sight. */
export const mutated = (...seeds: readonly (string | Buffer)[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { maxLength: 6 }))
    .map(([seed, mutations]) => mutations.reduce<Buffer>((bytes, mutate) => mutate(bytes), Buffer.from(seed as string)));
