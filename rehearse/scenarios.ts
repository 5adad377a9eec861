import type { FaultPlanInput } from '../emulator/faults/fault-plan';
import type { RollbackTrigger } from '../functions/rollback-triggers';
import type { TenantName } from './tenants';

type Faults = FaultPlanInput['faults'];

export interface Scenario {
  readonly name: string;
  /** Description for people. */
  readonly story: string;
  /** How event-driven requests are woken. */
  readonly mode: 'bus' | 'direct';
  /** Faults that begin together after everything has been healthy for a while. */
  readonly faults: Faults;
  /** A second tenant, whose visitors begin to come with the faults. */
  readonly tenant?: TenantName;
  /** Share of requests that is event-driven when the faults begin; default 25. */
  readonly percent?: number;
  /** Life of a request, in ms; if omitted, as in every environment. */
  readonly deadlineMs?: number;
  /**
   * Rollback alarms that are meant to detect the faults. After the first of these alarms all requests poll, so the others may stay off.
   * Empty if nothing may roll back.
   */
  readonly seenBy: readonly RollbackTrigger[];
  /** Duration of the faults in ms of real time, longer if they have not struck yet. If omitted, the faults end when all requests poll. */
  readonly lastsMs?: number;
  /** How often the faults must strike, and how many event-driven requests the tenant must get, before the faults end; default 1. */
  readonly leastStrikes?: number;
  /** Continues after the fault is mended: resume, next, and the share grows again. */
  readonly mends?: true;
}

/**
 * A tenant that must not cause a roll-back. The tenant stays longer than any trigger needs (docs/operations.md, "From fault to
 * polling" without the delays of AWS), and more of its event-driven requests go wrong than the plan's limit of ten allows.
 */
const MUST_NOT_ROLL_BACK = { mode: 'direct', faults: [] as Faults, percent: 50, lastsMs: 180_000, leastStrikes: 12, seenBy: [] } as const;

/** With a shorter deadline, fewer unanswered requests wait at once, and each of them needs an execution environment. */
const UNANSWERED = { ...MUST_NOT_ROLL_BACK, deadlineMs: 6000 } as const;

const WAKE_POSTS = { operation: 'ManageConnections', api: 'wake-channel' } as const;

/** Wake posts of every caller fail: if the bus could still wake the waiter, a failed direct wake would need no safety read. */
const wakePostsFail: Faults = [{ name: 'wake-posts-fail', on: 'calls', match: WAKE_POSTS, do: 'fail', switched: true }];

export const SCENARIOS = [
  {
    name: 'process-stream-throws',
    story: 'the stream processor throws, and nothing else wakes a waiter in mode bus',
    mode: 'bus',
    faults: [{ name: 'processor-throws', on: 'invocations', match: { function: 'process-stream' }, do: 'fail', switched: true }],
    // Records that the stream gives up are lost answers. Their alarm may come before the cohort has missed enough wakes for its own alarm.
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
    story: 'wakes take 400 ms longer, which is too short for a timeout: the canary takes more than twice as long as the control',
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
    story: 'the bus refuses every event once; the stream repeats the event in time, so only the refusals are visible',
    mode: 'bus',
    // The SDK does not retry this error. A retried error would not be seen.
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
    story: 'wakes are lost for ten seconds and safety reads find the answers: no reason for a roll-back',
    mode: 'direct',
    faults: [{ name: 'a-blip', on: 'frames', match: { api: 'wake-channel', direction: 'to-client' }, do: 'drop', switched: true }],
    lastsMs: 10_000,
    seenBy: [],
  },
  {
    ...UNANSWERED,
    name: 'silent-agent',
    story: 'the agent of another tenant takes requests and never answers: no reason for a roll-back',
    tenant: 'silent',
  },
  {
    ...MUST_NOT_ROLL_BACK,
    name: 'slow-service',
    story: "another tenant's local service takes three seconds for each event-driven request: no reason for a roll-back",
    tenant: 'slow',
  },
  {
    ...UNANSWERED,
    name: 'hostile-tenant',
    story: 'another tenant floods, forges, answers late or never: no reason for a roll-back',
    tenant: 'hostile',
  },
  {
    name: 'mend',
    story: 'wakes fail, all requests poll, wakes work again: then resume and next raise the share',
    mode: 'direct',
    faults: wakePostsFail,
    seenBy: ['event-driven-error-rate'],
    mends: true,
  },
] as const satisfies readonly Scenario[];

export type ScenarioName = (typeof SCENARIOS)[number]['name'];
