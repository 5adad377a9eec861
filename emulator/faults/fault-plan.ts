/**
 * The format of fault plans, which say what goes wrong and when; docs/fault-plans.md describes it. A plan is data, so that tests,
 * rehearsals and `npm start -- --faults FILE` can use the same plans.
 */
import * as v from 'valibot';
import { StackError } from '../stack-error';

const name = v.pipe(v.string('must be text'), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be words of a-z and 0-9 with - between them'));
const text = v.pipe(v.string('must be text'), v.minLength(1, 'must be text'));
const ms = v.pipe(v.number('must be a number'), v.minValue(0, 'must be 0 or more'));
const count = v.pipe(v.number('must be a number'), v.integer('must be a whole number'), v.minValue(1, 'must be 1 or more'));

/** The acts that are possible at each place. */
export const ACTS = {
  calls: ['fail', 'fail-after', 'throttle', 'delay', 'drop', 'lose-answer', 'duplicate', 'reorder', 'kill', 'partition'],
  invocations: ['fail', 'throttle', 'delay', 'drop', 'duplicate', 'reorder', 'kill'],
  'stream-reads': ['fail', 'delay'],
  'stream-records': ['delay', 'drop', 'duplicate', 'reorder'],
  deliveries: ['fail', 'throttle', 'delay', 'drop', 'duplicate', 'reorder'],
  frames: ['delay', 'drop', 'duplicate', 'reorder', 'kill', 'partition'],
  connections: ['close', 'kill'],
  environments: ['kill', 'freeze'],
} as const;

export type FaultPlace = keyof typeof ACTS;
export type Act = (typeof ACTS)[FaultPlace][number];

/** The fields of `match`, by place. A missing field matches everything. Names are Terraform names (`wake-waiter`) or physical names. */
const MATCHES = {
  calls: v.strictObject({
    /** The function that calls. */
    caller: v.optional(text),
    /** As in IAM actions: `dynamodb`, `events`, `execute-api`, `s3`, `ssm`, `sqs`. */
    service: v.optional(text),
    /** `GetItem`, `PutEvents`, `ManageConnections`; a signed connect is `Invoke`. */
    operation: v.optional(text),
    table: v.optional(text),
    /** The WebSocket API that is called. */
    api: v.optional(text),
  }),
  invocations: v.strictObject({ function: v.optional(text) }),
  'stream-reads': v.strictObject({ function: v.optional(text) }),
  'stream-records': v.strictObject({
    function: v.optional(text),
    event: v.optional(v.picklist(['INSERT', 'MODIFY', 'REMOVE'], 'must be INSERT, MODIFY or REMOVE')),
  }),
  deliveries: v.strictObject({ target: v.optional(text) }),
  frames: v.strictObject({
    api: v.optional(text),
    direction: v.optional(v.picklist(['to-client', 'from-client'], 'must be to-client or from-client')),
  }),
  connections: v.strictObject({ api: v.optional(text) }),
  environments: v.strictObject({ function: v.optional(text) }),
} as const satisfies Record<FaultPlace, v.GenericSchema>;

/** When the fault strikes. Without any of these fields: from the start on, every time. */
const WHEN = {
  /** Strikes this share of the matches: above 0, at most 1. */
  probability: v.optional(v.pipe(v.number('must be a number'), v.gtValue(0, 'must be above 0'), v.maxValue(1, 'must be at most 1'))),
  /** Strikes every n-th match. */
  every: v.optional(count),
  /** Times since the start of the cloud. */
  fromMs: v.optional(ms),
  untilMs: v.optional(ms),
  /** True: the fault is off until a program switches it on. */
  switched: v.optional(v.boolean('must be true or false')),
};

const faultAt = <P extends FaultPlace>(place: P) =>
  v.strictObject({
    name,
    on: v.literal(place),
    match: v.optional(MATCHES[place]),
    do: v.picklist(ACTS[place], `must be one of ${ACTS[place].join(', ')}`),
    /** For `delay` only. */
    delayMs: v.optional(ms),
    /** For `fail` and `fail-after` on calls only: the error that the service answers. */
    error: v.optional(
      v.strictObject({ status: v.pipe(count, v.minValue(400, 'must be 400 or more'), v.maxValue(599, 'must be below 600')), code: text }),
    ),
    /** For connections and environments only: the interval at which the fault strikes all that match. */
    everyMs: v.optional(v.pipe(ms, v.minValue(1, 'must be 1 or more'))),
    /** For `freeze` only: how long an environment is frozen. */
    forMs: v.optional(ms),
    ...WHEN,
  });

const fault = v.variant(
  'on',
  [
    faultAt('calls'),
    faultAt('invocations'),
    faultAt('stream-reads'),
    faultAt('stream-records'),
    faultAt('deliveries'),
    faultAt('frames'),
    faultAt('connections'),
    faultAt('environments'),
  ],
  `must be one of ${Object.keys(ACTS).join(', ')}`,
);

const schema = v.strictObject({
  /** The same seed gives the same random decisions. */
  seed: v.optional(v.pipe(v.number('must be a number'), v.integer('must be a whole number'), v.minValue(0, 'must be 0 or more')), 1),
  faults: v.array(fault, 'must be a list of faults'),
});

type Fields = v.InferOutput<typeof fault>;
/** One fault of any place; `match` maps field names to the required values. */
export type Fault = Omit<Fields, 'match' | 'do'> & { readonly do: Act; readonly match?: Readonly<Record<string, string | undefined>> };
export interface FaultPlan {
  readonly seed: number;
  readonly faults: readonly Fault[];
}
/** A plan as people and programs write it. */
export type FaultPlanInput = v.InferInput<typeof schema>;

/** An error in a plan. The message is one line with the source of the plan, the path and the fix. */
export class FaultPlanError extends StackError {
  override readonly name = 'FaultPlanError';
}

/** Rules that the schema cannot express: the check, the field, and the message if the check fails. */
const RELATIONS: readonly (readonly [holds: (fault: Fault) => boolean, field: string, problem: string])[] = [
  [
    ({ do: act, delayMs }) => (act === 'delay') === (delayMs !== undefined),
    'delayMs',
    'is needed with "do": "delay", and allowed only there',
  ],
  [
    ({ on, do: act, error }) => error === undefined || (on === 'calls' && (act === 'fail' || act === 'fail-after')),
    'error',
    'is allowed only with "do": "fail" or "fail-after" on calls',
  ],
  [
    ({ on, everyMs }) => (on === 'connections' || on === 'environments') === (everyMs !== undefined),
    'everyMs',
    'is needed with "on": "connections" and "on": "environments", and allowed only there',
  ],
  [({ do: act, forMs }) => (act === 'freeze') === (forMs !== undefined), 'forMs', 'is needed with "do": "freeze", and allowed only there'],
  [
    ({ probability, every }) => probability === undefined || every === undefined,
    'every',
    'cannot be used together with probability: leave out one of them',
  ],
  [
    ({ do: act, probability, every }) => act !== 'partition' || (probability === undefined && every === undefined),
    'do',
    'is partition, which blocks everything: leave out probability and every, or use drop',
  ],
  [({ fromMs = 0, untilMs = Infinity }) => fromMs < untilMs, 'untilMs', 'must be later than fromMs'],
  [
    ({ switched, fromMs, untilMs }) => !switched || (fromMs === undefined && untilMs === undefined),
    'switched',
    'means that a program begins and ends the fault: leave out fromMs and untilMs',
  ],
];

/**
 * Checks that a value is a valid plan.
 * @param source where it comes from, such as its file
 * @throws FaultPlanError with the first problem
 */
export function validateFaultPlan(value: unknown, source: string): FaultPlan {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw problem(source, v.getDotPath(issue) ?? 'the whole file', describe(issue));
  }
  const plan = result.output as FaultPlan;
  const names = new Set<string>();
  for (const [index, each] of plan.faults.entries()) {
    const path = `faults.${index}`;
    for (const [holds, field, what] of RELATIONS) if (!holds(each)) throw problem(source, `${path}.${field}`, what);
    if (names.has(each.name)) throw problem(source, `${path}.name`, `"${each.name}" is already the name of another fault`);
    names.add(each.name);
  }
  return plan;
}

export function problem(source: string, path: string, what: string): FaultPlanError {
  return new FaultPlanError(`${source}: ${path} ${what}; docs/fault-plans.md describes the format`);
}

function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.received === 'undefined') return 'is missing';
  if (issue.expected === 'never') return 'is not a known field';
  return issue.message.startsWith('Invalid')
    ? `must be ${issue.expected}, not ${issue.received}`
    : `${issue.message}, not ${issue.received}`;
}
