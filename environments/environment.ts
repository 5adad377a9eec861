/**
 * The settings of one environment. All environments have the same typed keys, so dev and prod differ only in the values of
 * their files. Account id and region are settings because the stacks contain no data source.
 */
import * as v from 'valibot';
import { FUNCTION_SETTINGS, type FunctionName } from '../functions/settings';
import { MAX_CONNECTION_MS } from '../protocol';
import { ToldError } from '../cli/told-error';
import { namePrefix, RESERVED_NAMES } from './physical-name';

/** An HTTP API waits 30 s for its integration (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html). */
const HTTP_API_TIMEOUT_SECONDS = 30;
/**
 * The retention periods that CloudWatch Logs accepts:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** Beginnings of regions outside the partition `aws`: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
const OTHER_PARTITIONS = /^(cn|us-gov|[a-z]{2}-iso[a-z]*|eusc)-/;

/** What a stream needs between its time limit and the timeout of its function: the last writes, and the end of the invocation. */
const STREAM_END_SECONDS = 5;
/**
 * The largest chunk whose message API Gateway still meters as one: base64 makes 30,040 bytes of it, and 2,728 bytes of the 32 KB are left
 * for the envelope with its ticket (https://aws.amazon.com/api-gateway/pricing/).
 */
export const MAX_CHUNK_BYTES = 22_528;

/** How long a new request may take until the look-ups of others count it: one write to DynamoDB, perhaps repeated once. */
const COUNTING_SECONDS = 0.1;

const text = v.pipe(
  v.string('must be a string'),
  v.check((value) => value.trim() !== '', 'must be a non-empty string'),
);
const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  v.pipe(
    v.number('must be a number'),
    v.integer('must be a whole number'),
    v.check((n) => n >= min && n <= max, `must be ${max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `${min} to ${max}`}`),
  );

const lambdaFunction = v.strictObject({
  /** 128 to 10,240 (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
  memoryMb: wholeNumber(128, 10_240),
  timeoutSeconds: wholeNumber(1, 900),
  /** A cap and a reservation. null: the function shares the account's concurrency. Accounts with a quota of 100 or less need null. */
  reservedConcurrency: v.nullable(wholeNumber(1)),
});

const functionNames = Object.keys(FUNCTION_SETTINGS) as FunctionName[];
const functions = v.strictObject(
  Object.fromEntries(functionNames.map((name) => [name, lambdaFunction])) as Record<FunctionName, typeof lambdaFunction>,
);

/** Where Terraform keeps its state. */
const backend = v.variant('kind', [
  v.strictObject({ kind: v.literal('s3'), bucket: text, key: text, region: text }),
  v.strictObject({ kind: v.literal('local'), path: text }),
]);

/** Throttle of a stage: requests per second, and the size of a burst. */
const throttle = v.strictObject({ ratePerSecond: wholeNumber(1), burst: wholeNumber(1) });

const schema = v.strictObject({
  /** Part of every physical name. */
  name: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,11}$/, 'must have 1 to 12 characters of a-z, 0-9 and -, and start with a letter')),
  accountId: v.pipe(v.string(), v.regex(/^\d{12}$/, 'must be the 12-digit id of an AWS account')),
  region: v.pipe(
    v.string(),
    v.regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'must be an AWS region such as us-east-1'),
    v.check(
      (region) => !OTHER_PARTITIONS.test(region),
      'must be a region of the partition aws, to which all ARNs in the stacks belong (China, GovCloud, sovereign and isolated regions are others)',
    ),
  ),
  backend,
  /** Domain whose subdomains are tunnel names; null: tunnels are reached by path only. */
  tunnelDomain: v.nullable(text),
  /** The Route 53 zone of `tunnelDomain`; null: the domain's certificate, records and API Gateway names are created elsewhere. */
  hostedZone: v.nullable(v.strictObject({ id: text, name: text })),
  /** The identity provider that signs agent tokens; null: agent tokens are signed with the environment's own key. */
  tokenIssuer: v.nullable(
    v.strictObject({
      /** URL of the provider's public keys. Plain http only on this machine: a forged key can impersonate any owner. */
      jwksUrl: v.pipe(
        v.string('must be a string'),
        v.check(
          (url) => URL.canParse(url) && (url.startsWith('https://') || /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url)),
          'must be an https URL',
        ),
      ),
      /** The exact value of the claim `iss`. */
      issuer: text,
      /** The value that the claim `aud` must contain, so that tokens for other services are refused. */
      audience: text,
      /** The claim that lists tunnel names. In tokens signed with the environment's own key it is `names`. */
      namesClaim: text,
    }),
  ),
  /** How answers return: the kill switch, the mode of event-driven requests, and the share until `npm run rollout` sets another. */
  responsePath: v.strictObject({
    useEventDriven: v.boolean('must be true or false'),
    mode: v.picklist(['bus', 'direct'], 'must be bus or direct'),
    /** In mode direct: requests have a sealed ticket instead of a row (docs/adr/0048-a-ticket-instead-of-a-row.md). */
    tickets: v.boolean('must be true or false'),
    percent: wholeNumber(0, 100),
  }),
  /**
   * What answers a waiter's hello with the id of its connection: a template of API Gateway (`mock`), or the function `greet-waiter`
   * (`function`), should the template not work on AWS (docs/adr/0041-every-mock-has-a-response-and-a-function-can-replace-one.md).
   */
  wakeHello: v.picklist(['mock', 'function'], 'must be mock or function'),
  /**
   * Whether visitors have a second door, a function URL through which answers stream
   * (docs/adr/0054-the-streaming-door-is-a-function-url.md).
   */
  streamingDoor: v.boolean('must be true or false'),
  /** Answers that stream, where there is a streaming door. functions/settings.ts explains each setting. */
  streams: v.strictObject({
    windowBytes: wholeNumber(1),
    chunkBytes: wholeNumber(1, MAX_CHUNK_BYTES),
    gatherMs: wholeNumber(0),
    probeMs: wholeNumber(1),
    silenceMs: wholeNumber(1),
    heartbeatMs: wholeNumber(1),
    stallMs: wholeNumber(1),
  }),
  /** What the tunnels of one owner (the subject of their tokens) may use of what all owners share. */
  ownerLimits: v.strictObject({
    /**
     * Requests in flight; further visitors get 429. Each holds an execution environment of forward-request until its agent has
     * answered (functions/core/in-flight.ts).
     */
    requestsInFlight: wholeNumber(1),
    /** Tunnels that have an agent at once; further agents get 429. */
    tunnels: wholeNumber(1),
    /**
     * Messages of one agent that serve no waiting visitor, in each execution environment of receive-message; an owner has twice as
     * many. An agent above this limit is closed (functions/core/message-budget.ts).
     */
    messages: throttle,
  }),
  /** In ms. functions/settings.ts explains each timing. */
  timings: v.strictObject({
    requestDeadlineMs: wholeNumber(1),
    /** The longest life of a stream: STREAM_LIFE_MS. An answer that cannot be streamed has requestDeadlineMs also behind the streaming door. */
    streamMs: wholeNumber(1),
    pollingDelaysMs: v.pipe(v.array(wholeNumber(1)), v.minLength(1, 'must be a list with at least one delay')),
    safetyReadMs: wholeNumber(1),
    wakeIdleMs: wholeNumber(0),
    wakeHelloMs: wholeNumber(1),
    wakeRotateMs: wholeNumber(1, MAX_CONNECTION_MS),
    serviceCallMs: wholeNumber(1),
    wakePostMs: wholeNumber(1),
    leaseGraceMs: wholeNumber(0),
    rolloutCacheMs: wholeNumber(0),
    rolloutStaleMs: wholeNumber(0),
    nameCooldownMs: wholeNumber(0),
    probeGraceMs: wholeNumber(0),
    ticketKeyMs: wholeNumber(1),
  }),
  functions,
  alarms: v.strictObject({
    /** The address that gets alarms by e-mail after it has confirmed; null: no e-mail, only other subscribers of the topic. */
    notifyEmail: v.nullable(v.pipe(v.string(), v.email('must be an e-mail address'))),
    /**
     * The fewest requests of one cohort within 30 s for which alarms judge a share or an average
     * (modules/alarms/rollback-triggers.ts).
     */
    minimumRequests: wholeNumber(1),
    /**
     * The share of visits, in percent, above which the alarm `refusals` is on: visits that got an error of the tunnel's own for which
     * the visitor is not the cause. At least `minimumRequests` of them in a minute count.
     */
    refusedPercent: wholeNumber(1, 99),
  }),
  throttling: v.strictObject({ visitors: throttle, agents: throttle, wakes: throttle }),
  /**
   * The least level of what functions log. WARN is not possible: metrics are log lines at INFO, and Lambda leaves out lines below the level.
   * At DEBUG Lambda also writes its own lines about invocations that succeeded (ADR 0044).
   */
  logLevel: v.picklist(['DEBUG', 'INFO'], 'must be DEBUG or INFO'),
  logRetentionDays: v.picklist(RETENTION_DAYS, `must be one of ${RETENTION_DAYS.join(', ')}`),
  /** `owner/name` of the GitHub repository whose workflows plan and deploy; null: no workflow may. */
  githubRepository: v.nullable(v.pipe(v.string(), v.regex(/^[\w.-]+\/[\w.-]+$/, 'must be a GitHub repository in the form owner/name'))),
  /** True: data at rest is encrypted with the environment's own key (modules/customer-key.ts). False: with keys of AWS. */
  customerKey: v.boolean('must be true or false'),
  /** Whether functions send X-Ray segments. */
  tracing: v.boolean('must be true or false'),
  /** Whether tables, body bucket and key are protected from deletion. */
  deletionProtection: v.boolean('must be true or false'),
  /** Tags of every resource that supports tags, in addition to `project` and `environment`. */
  tags: v.record(v.string(), v.string()),
});

type DeepReadonly<T> = { readonly [K in keyof T]: T[K] extends object ? DeepReadonly<T[K]> : T[K] };
export type Environment = DeepReadonly<v.InferOutput<typeof schema>>;
export type Throttle = Environment['throttling']['visitors'];

/** Conditions between settings: the path, the check, and the message for a failed check. */
const RELATIONS: readonly (readonly [path: string, holds: (environment: Environment) => boolean, problem: string])[] = [
  [
    'functions.forward-request.timeoutSeconds',
    ({ functions }) => functions['forward-request'].timeoutSeconds <= HTTP_API_TIMEOUT_SECONDS,
    `must be at most ${HTTP_API_TIMEOUT_SECONDS}, because the HTTP API waits no longer`,
  ],
  [
    'timings.requestDeadlineMs',
    ({ functions, timings }) => timings.requestDeadlineMs < functions['forward-request'].timeoutSeconds * 1000,
    'must be below the timeout of forward-request, because otherwise the function ends before it can answer',
  ],
  [
    'timings.streamMs',
    ({ functions, timings }) => timings.streamMs <= (functions['stream-request'].timeoutSeconds - STREAM_END_SECONDS) * 1000,
    `must be at least ${STREAM_END_SECONDS} s below the timeout of stream-request, because otherwise the function ends before it can end a stream`,
  ],
  [
    'streams.chunkBytes',
    ({ streams }) => streams.chunkBytes <= streams.windowBytes,
    'must be at most streams.windowBytes, because otherwise no chunk fits into the window',
  ],
  [
    'streams.probeMs',
    ({ streams }) => streams.probeMs < streams.silenceMs,
    'must be below streams.silenceMs, because otherwise a stream ends before the agent has been asked for a sign of life',
  ],
  [
    'streams.silenceMs',
    ({ streams, timings }) => streams.silenceMs < timings.streamMs,
    'must be below timings.streamMs, because otherwise a silent stream ends at its time limit only',
  ],
  [
    'backend.region',
    ({ backend, region }) => backend.kind === 'local' || backend.region === region,
    "must be the environment's region, because the bootstrap stack creates the bucket in that region",
  ],
  [
    'hostedZone',
    ({ tunnelDomain, hostedZone }) => hostedZone === null || `.${tunnelDomain}`.endsWith(`.${hostedZone.name}`),
    'must be the zone that contains tunnelDomain, or null',
  ],
  [
    'functions.forward-request.reservedConcurrency',
    ({ functions }) => {
      const waiters = functions['forward-request'].reservedConcurrency !== null;
      const release = (['receive-message', 'wake-waiter'] as const).map((name) => functions[name].reservedConcurrency !== null);
      return release.every((reserved) => reserved === waiters);
    },
    'must be set together with the reservedConcurrency of receive-message and wake-waiter, or all three must be null, ' +
      'because otherwise waiters can use up the concurrency of the functions that release them',
  ],
  [
    'functions.stream-request.reservedConcurrency',
    ({ functions, streamingDoor }) =>
      !streamingDoor ||
      functions['forward-request'].reservedConcurrency === null ||
      functions['stream-request'].reservedConcurrency !== null,
    'must be set where forward-request has a reservedConcurrency, because otherwise streams can use up the concurrency that other ' +
      'functions share',
  ],
  [
    'ownerLimits.requestsInFlight',
    ({ functions, ownerLimits, throttling: { visitors } }) =>
      ownerLimits.requestsInFlight + visitors.burst + visitors.ratePerSecond * COUNTING_SECONDS <=
      (functions['forward-request'].reservedConcurrency ?? Infinity),
    'must leave room: with throttling.visitors.burst and the visitors of a tenth of a second it must be at most the reserved ' +
      'concurrency of forward-request, because otherwise the visitors of one owner can use up all waiters before they are counted',
  ],
  [
    'timings.safetyReadMs',
    ({ timings }) => timings.safetyReadMs < timings.requestDeadlineMs,
    'must be below timings.requestDeadlineMs, because otherwise an answer whose wake was lost is never found',
  ],
  [
    'timings.ticketKeyMs',
    ({ streamingDoor, timings }) =>
      timings.ticketKeyMs >
      timings.rolloutStaleMs + (streamingDoor ? Math.max(timings.requestDeadlineMs, timings.streamMs) : timings.requestDeadlineMs),
    'must be above timings.rolloutStaleMs and the longest request (timings.requestDeadlineMs, with a streaming door timings.streamMs) ' +
      'together, because otherwise a key could be dropped before the requests have ended that it sealed',
  ],
];

/** Settings of an environment that are missing, unknown or malformed. */
export class EnvironmentError extends ToldError {
  override readonly name = 'EnvironmentError';
}

/**
 * Checks a value that should be the settings of the environment `name`.
 * @throws EnvironmentError with the first problem: the environment, the path, the mistake and the file to correct
 */
export function validateEnvironment(value: unknown, name: string): Environment {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw problem(name, v.getDotPath(issue) ?? 'the whole value', describe(issue));
  }
  const environment = result.output;
  if (environment.name !== name) throw problem(name, 'name', `must be "${name}", not "${environment.name}"`);
  for (const [path, holds, what] of RELATIONS) if (!holds(environment)) throw problem(name, path, what);
  return environment;
}

/**
 * Checks the names of all environments. Rights, log groups and alarms of an environment are limited by the beginning of names, such as
 * `http-tunnel-prod-*`, so that no name may begin with another one and a hyphen.
 * @throws EnvironmentError that names both
 */
export function validateNames(names: readonly string[]): void {
  for (const name of names) {
    for (const [reserved, what] of Object.entries(RESERVED_NAMES))
      if (covers(reserved, name))
        throw problem(
          name,
          'name',
          `must not be "${reserved}" or begin with "${reserved}-", because "${namePrefix(reserved)}…" names ${what}: rename the environment`,
        );
    for (const other of names)
      if (other !== name && covers(other, name))
        throw problem(
          name,
          'name',
          `must not begin with "${other}-", because the pipeline of the environment "${other}" may change everything that is named ` +
            `"${namePrefix(other)}…": rename one of the two, for example "${name}" to "${name.replaceAll('-', '')}"`,
        );
  }
}

/** Whether names of the environment `name` match the pattern for names of `other`. */
const covers = (other: string, name: string): boolean => namePrefix(name).startsWith(namePrefix(other));

/** The environment's settings, deeply frozen. */
export function defineEnvironment(environment: Environment): Environment {
  return deepFreeze(environment);
}

function problem(name: string, path: string, what: string): EnvironmentError {
  return new EnvironmentError(`environment "${name}": ${path} ${what}; correct environments/${name}.ts`);
}

function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.received === 'undefined') return 'is missing';
  if (issue.expected === 'never') return 'is not a known setting';
  // Custom messages are sentences without a subject; valibot's own start with "Invalid".
  return issue.message.startsWith('Invalid')
    ? `must be ${issue.expected}, not ${issue.received}`
    : `${issue.message}, not ${issue.received}`;
}

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) deepFreeze(child as object);
  return Object.freeze(value);
}
