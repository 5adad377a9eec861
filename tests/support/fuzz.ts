import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** `HTTP_TUNNEL_FUZZ_SECONDS=600` runs each fuzz test for a time instead of a number of inputs. */
const SECONDS = process.env['HTTP_TUNNEL_FUZZ_SECONDS'];
/** `HTTP_TUNNEL_FUZZ_RUNS=100000` gives each fuzz test this many inputs. */
const RUNS = process.env['HTTP_TUNNEL_FUZZ_RUNS'];
/** `HTTP_TUNNEL_FUZZ_SEED=…` repeats a run. The message of a failure has the seed and the shortest failing input. */
const SEED = process.env['HTTP_TUNNEL_FUZZ_SEED'];

/**
 * Parameters of a fuzz test.
 * @param inputs number of inputs in a normal run of all tests
 * @param together how many inputs are generated at once (`atOnce`)
 */
export const fuzzing = (inputs: number, together = 1): fc.Parameters<unknown> => ({
  numRuns: SECONDS === undefined ? Math.ceil(Number(RUNS ?? inputs) / together) : 10_000_000,
  ...(SECONDS !== undefined && { interruptAfterTimeLimit: Number(SECONDS) * 1000 }),
  // A run that reaches the time limit has found no failure.
  markInterruptAsFailure: false,
  ...(SEED !== undefined && { seed: Number(SEED) }),
});

/** Number of inputs of `atOnce`. Most inputs are incomplete requests, for each of which a test has to wait. */
export const AT_ONCE = 10;

/** A list of inputs that are sent at the same time. */
export const atOnce = <T>(input: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(input, { minLength: AT_ONCE, maxLength: AT_ONCE });

/** Longest time for one input in a run of many, in ms: it bounds the whole run, because a hang must end it at some time. */
const INPUT_MS = 50;

/** Time-out for jest, in ms: the time of the run, plus time for shrinking and for a busy machine. */
export const FUZZ_TIMEOUT_MS = Number(SECONDS ?? 0) * 1000 + Number(RUNS ?? 0) * INPUT_MS + 300_000;

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
  const before = usedMemory();
  await run();
  const after = usedMemory();
  expect(after.heapUsed - before.heapUsed).toBeLessThan(HEAP_BYTES);
  expect(after.external - before.external).toBeLessThan(HEAP_BYTES);
}

/** The memory that is really in use: a heap with much garbage says nothing about leaks. */
function usedMemory(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage();
}

/** One change of some bytes. */
type Mutation = (bytes: Buffer) => Buffer;

const PLACES = 2 ** 20;
const at = (bytes: Buffer, where: number): number => Math.floor(where * (bytes.length + 1));
/** Any place alike. `fc.double` would nearly always choose the beginning, because half of all doubles below 1 are tiny. */
const where = fc.noBias(fc.nat(PLACES - 1)).map((place) => place / PLACES);
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

/** A place in a JSON value: the object or list that holds it, and its key. */
interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

/** Values that programs forget: other types, limits of numbers, names of built-in properties. */
const UNLIKELY: readonly unknown[] = [
  null,
  true,
  '',
  '__proto__',
  -1,
  0.5,
  1e308,
  2 ** 53,
  [],
  {},
  [[]],
  ['x', null],
  { toString: 'x' },
  'x'.repeat(5000),
  '\ud800',
];

const jsonChange = fc.tuple(
  where,
  fc.constantFrom('replace', 'remove', 'wrap', 'add', 'copy'),
  fc.oneof(fc.constantFrom(...UNLIKELY), fc.jsonValue()),
);

/** JSON values of which some parts are replaced, removed, wrapped in a list, added or copied from another part. */
export const mutatedJson = (...seeds: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.tuple(fc.constantFrom(...seeds), fc.array(jsonChange, { maxLength: 4 })).map(([seed, changes]) => {
    const whole = { value: JSON.parse(JSON.stringify(seed)) as unknown };
    for (const [w, change, given] of changes) {
      // A later change may change the value.
      const value = structuredClone(given);
      const places = placesIn(whole);
      const place = places[Math.floor(w * places.length)];
      if (!place) break;
      const { holder, key } = place;
      if (change === 'replace') holder[key] = value;
      else if (change === 'remove') delete holder[key];
      else if (change === 'wrap') holder[key] = [holder[key]];
      else if (change === 'add')
        Object.defineProperty(holder, typeof value === 'string' ? value : 'added', {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      else holder[key] = structuredClone(places[Math.floor(w * 7919) % places.length]?.holder);
    }
    return JSON.parse(JSON.stringify(whole.value ?? null)) as unknown;
  });
