import type { FaultPlanInput } from '../emulator/faults/fault-plan';
import type { RollbackTrigger } from '../functions/rollback-triggers';

type Faults = FaultPlanInput['faults'];

export interface Scenario {
  readonly name: string;
  /** What happens, for people. */
  readonly story: string;
  /** How event-driven requests are woken. */
  readonly mode: 'bus' | 'direct';
  /** Begun together once everything has been healthy for a while. */
  readonly faults: Faults;
  /** The alarms that are meant to see it, of those that roll back: whichever comes first ends it for the others. None for what must not roll back. */
  readonly seenBy: readonly RollbackTrigger[];
  /** The faults end by themselves after so long, in ms of real time, and not before they struck; without it when all requests poll. */
  readonly lastsMs?: number;
  /** Goes on after the mend: resume, next, and the share grows again. */
  readonly mends?: true;
}

const WAKE_POSTS = { operation: 'ManageConnections', api: 'wake-channel' } as const;

/** Wakes by whoever posts them: without the bus behind it, a wake that fails is a safety read. */
const wakePostsFail: Faults = [{ name: 'wake-posts-fail', on: 'calls', match: WAKE_POSTS, do: 'fail', switched: true }];

export const SCENARIOS = [
  {
    name: 'process-stream-throws',
    story: 'the stream processor throws, and nobody else wakes a waiter in mode bus',
    mode: 'bus',
    faults: [{ name: 'processor-throws', on: 'invocations', match: { function: 'process-stream' }, do: 'fail', switched: true }],
    // What the stream gives up is lost, and may be there before the cohort has missed enough.
    seenBy: ['event-driven-error-rate', 'lost-answers'],
  },
  {
    name: 'wake-posts-fail',
    story: 'the wake channel refuses every wake, directly and by the bus',
    mode: 'direct',
    faults: wakePostsFail,
    seenBy: ['event-driven-error-rate'],
  },
  {
    name: 'slow-wakes',
    story: 'wakes take 400 ms longer, not long enough to be given up: the cohort takes more than twice as long as its control',
    mode: 'direct',
    faults: [
      {
        name: 'wakes-are-slow',
        on: 'calls',
        match: { ...WAKE_POSTS, caller: 'receive-message' },
        do: 'delay',
        delayMs: 400,
        switched: true,
      },
    ],
    seenBy: ['event-driven-latency'],
  },
  {
    name: 'deliveries-fail',
    story: 'the bus refuses every event once; the stream brings it again in time, so that nothing but this is to be seen',
    mode: 'bus',
    // An error that the SDK does not try again by itself, or nobody would see it.
    faults: [
      {
        name: 'bus-refuses',
        on: 'calls',
        match: { operation: 'PutEvents' },
        do: 'fail',
        error: { status: 400, code: 'ValidationException' },
        every: 2,
        switched: true,
      },
    ],
    seenBy: ['delivery-failures'],
  },
  {
    name: 'stream-lags',
    story: 'the stream is read seven seconds late',
    mode: 'bus',
    faults: [
      { name: 'stream-lags', on: 'stream-records', match: { function: 'process-stream' }, do: 'delay', delayMs: 7000, switched: true },
    ],
    seenBy: ['stream-lag'],
  },
  {
    name: 'false-alarm',
    story: 'wakes are lost for ten seconds and safety reads answer: nothing that is worth a roll-back',
    mode: 'direct',
    faults: [{ name: 'a-blip', on: 'frames', match: { api: 'wake-channel', direction: 'to-client' }, do: 'drop', switched: true }],
    lastsMs: 10_000,
    seenBy: [],
  },
  {
    name: 'mend',
    story: 'wakes fail, all requests poll, wakes work again: resume, next, and the share grows',
    mode: 'direct',
    faults: wakePostsFail,
    seenBy: ['event-driven-error-rate'],
    mends: true,
  },
] as const satisfies readonly Scenario[];

export type ScenarioName = (typeof SCENARIOS)[number]['name'];
