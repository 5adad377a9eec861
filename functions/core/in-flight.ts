import { OVER, type Clock } from './clock';

/**
 * Which requests of an owner's tunnels are in flight. Entries are written and removed by the request's own waiter. An entry counts until the
 * request's deadline at most, so that a lost removal corrects itself.
 */
export type Arrivals = readonly Arrival[];

export interface Arrival {
  /** In ms since the epoch. */
  readonly arrivedAt: number;
  /** For how many requests the entry stands while it is young. */
  readonly weight: number;
}

/** Stores which requests of an owner are in flight. Repeating a call changes nothing. */
export interface InFlightStore {
  enter(request: RequestInFlight, weight: number): Promise<void>;
  leave(request: RequestInFlight, weight: number): Promise<void>;
}

export interface RequestInFlight {
  readonly owner: string;
  readonly requestId: string;
  /** In ms since the epoch. */
  readonly arrivedAt: number;
}

export interface InFlightLimit {
  /** How many requests one owner's tunnels may have in flight. Further requests get 429. */
  readonly maxInFlight: number;
  readonly deadlineMs: number;
}

/** Age at which every request is entered, in ms. Most requests end before, and entering each of them would cost two writes. */
const SLOW_MS = 1000;
/** Time in which a request that has become slow is entered, in ms: one write. */
const ENTERING_MS = 100;
/** Longest time that a visitor waits for an entry that is being written, in ms. */
const PATIENCE_MS = 100;

/**
 * The limit is divided into this many steps, up to a share of it. A sample stands for one step of requests. Fewer steps cost fewer writes, and
 * count less exactly, which does no harm while few requests are in flight.
 */
const STEPS: readonly (readonly [belowShare: number, steps: number])[] = [
  [1 / 4, 4],
  [1 / 2, 12],
  [Infinity, 25],
];

/**
 * One request in `weight` is a sample: it is entered at once, and stands for `weight` requests until they are all old enough to be
 * entered themselves. Small limits count every request.
 * @param count how many requests are in flight
 */
function weightAt(count: number, maxInFlight: number): number {
  const [, steps] = STEPS.find(([belowShare]) => count < belowShare * maxInFlight) ?? [0, maxInFlight];
  return Math.max(1, Math.floor(maxInFlight / steps));
}

/** The first digits of a random UUID are random, so that no visitor chooses what is a sample. */
const isSample = (requestId: string, weight: number): boolean => Number.parseInt(requestId.slice(0, 8), 16) % weight === 0;

/**
 * Estimates how many requests are in flight. Requests older than `SLOW_MS` are counted exactly. The estimate for the others is
 * right on average. Its standard deviation is about `weight * sqrt(n / weight)` for `n` requests: near a limit of 200, where `weight` is 8,
 * about 40.
 */
export function countInFlight(arrivals: Arrivals, now: number, deadlineMs: number): number {
  let count = 0;
  for (const { arrivedAt, weight } of arrivals) {
    const age = now - arrivedAt;
    if (age < SLOW_MS + ENTERING_MS) count += weight;
    else if (age <= deadlineMs) count += 1;
  }
  return count;
}

/**
 * Enters a request into the store: a sample at once, every other request when it has become slow. A failure to enter is only
 * reported.
 * @param count how many requests of the owner were in flight before this one
 * @returns a function to call when the request is over
 */
export function enterInFlight(
  request: RequestInFlight,
  count: number,
  { store, maxInFlight, clock, onError }: { store: InFlightStore; maxInFlight: number; clock: Clock; onError: (error: unknown) => void },
): () => Promise<void> {
  const over = new AbortController();
  let entering: Promise<void> | undefined;
  const sampled = weightAt(count, maxInFlight);
  const weight = isSample(request.requestId, sampled) ? sampled : 1;
  const enter = (): void => void (entering = store.enter(request, weight).catch(onError));
  if (weight === sampled) enter();
  else {
    void clock.sleep(Math.max(0, request.arrivedAt + SLOW_MS - clock.now()), over.signal).then(() => {
      if (!over.signal.aborted) enter();
    });
  }
  return async () => {
    over.abort(OVER);
    if (!entering) return;
    await leaveAfter(entering, () => store.leave(request, weight), { clock, onError });
  };
}

/**
 * Keeps a request in the store that lives longer than an entry counts: it is entered again and again, as if it had just arrived.
 * @returns a function to call when the request is over
 */
export function stayInFlight(
  request: Omit<RequestInFlight, 'arrivedAt'>,
  { store, deadlineMs, clock, onError }: { store: InFlightStore; deadlineMs: number; clock: Clock; onError: (error: unknown) => void },
): () => Promise<void> {
  const over = new AbortController();
  let entering: Promise<void> | undefined;
  const now = (): RequestInFlight => ({ ...request, arrivedAt: clock.now() });
  const stay = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(deadlineMs / 2, over.signal);
      if (over.signal.aborted) return;
      entering = store.enter(now(), 1).catch(onError);
    }
  };
  void stay();
  return async () => {
    over.abort(OVER);
    if (entering) await leaveAfter(entering, () => store.leave(now(), 1), { clock, onError });
  };
}

/** Removes an entry. It may be there although its write has failed. The removal follows the write, or the entry would stay. */
async function leaveAfter(
  entering: Promise<void>,
  leave: () => Promise<void>,
  { clock, onError }: { clock: Clock; onError: (error: unknown) => void },
): Promise<void> {
  await Promise.race([entering.then(leave).catch(onError), clock.sleep(PATIENCE_MS)]);
}
