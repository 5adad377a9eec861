import fc from 'fast-check';

/** `HTTP_TUNNEL_FUZZ_SECONDS=600` runs each fuzz test for a time instead of a number of inputs. */
const SECONDS = process.env['HTTP_TUNNEL_FUZZ_SECONDS'];
/** `HTTP_TUNNEL_FUZZ_SEED=…` repeats a run. The message of a failure has the seed and the shortest failing input. */
const SEED = process.env['HTTP_TUNNEL_FUZZ_SEED'];

/** Parameters of a fuzz test. @param inputs number of inputs in a normal run of all tests */
export const fuzzing = (inputs: number): fc.Parameters<unknown> => ({
  numRuns: SECONDS === undefined ? inputs : 10_000_000,
  ...(SECONDS !== undefined && { interruptAfterTimeLimit: Number(SECONDS) * 1000 }),
  // A run that reaches the time limit has found no failure.
  markInterruptAsFailure: false,
  ...(SEED !== undefined && { seed: Number(SEED) }),
});

/** Number of inputs of `atOnce`. Most inputs are incomplete requests, for each of which a test has to wait. */
const AT_ONCE = 10;

/** A list of inputs that are sent at the same time. The list counts as one input. */
export const atOnce = <T>(input: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(input, { minLength: AT_ONCE, maxLength: AT_ONCE });

/** Time-out for jest, in ms: the time of the run, plus time for shrinking and for a busy machine. */
export const FUZZ_TIMEOUT_MS = Number(SECONDS ?? 0) * 1000 + 300_000;

/** Longest CPU time for one input, in ms: far more than any input should need. */
const HANG_MS = 1000;

/** Starts to measure CPU time. @returns a function that fails if the input has taken too long, independent of other programs */
export function startHangCheck(): () => void {
  const before = process.cpuUsage();
  return () => expect(process.cpuUsage(before).user / 1000).toBeLessThan(HANG_MS);
}

/** Greatest growth of the heap in a fuzz test, in bytes. Leaks of millions of inputs would be much larger. */
const HEAP_BYTES = 150 * 1024 * 1024;

/** Runs `run`, and fails if the heap is much larger afterwards. */
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
  // Appends a piece of the input, several times.
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

/** Valid inputs that are changed in a few places. */
export const mutated = (...seeds: readonly (string | Buffer)[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { maxLength: 6 }))
    .map(([seed, mutations]) => mutations.reduce<Buffer>((bytes, mutate) => mutate(bytes), Buffer.from(seed as string)));
