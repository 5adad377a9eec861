/**
 * The settings of one environment: one typed shape with the same keys everywhere, so that what differs between dev and prod
 * is what these files say and nothing else. Account id and region stand here because the stacks contain no data source.
 */
import * as v from 'valibot';
import { FUNCTION_SETTINGS, type FunctionName } from '../functions/settings';
import { MAX_CONNECTION_MS } from '../protocol';
import { ToldError } from '../cli/told-error';

/** An HTTP API waits 30 s for its integration (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html). */
const HTTP_API_TIMEOUT_SECONDS = 30;
/** What CloudWatch Logs takes (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html). */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const text = v.pipe(
  v.string('must be text'),
  v.check((value) => value.trim() !== '', 'must be text'),
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
  /** Cap and reservation at once; null: shares the account's. Accounts with a quota of 100 or less cannot reserve. */
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

/** Token bucket of a stage: requests a second, and how many at once. */
const throttle = v.strictObject({ ratePerSecond: wholeNumber(1), burst: wholeNumber(1) });

const schema = v.strictObject({
  /** Part of every physical name. */
  name: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,11}$/, 'must be 1 to 12 of a-z, 0-9 and -, starting with a letter')),
  accountId: v.pipe(v.string(), v.regex(/^\d{12}$/, 'must be the 12 digits of an AWS account')),
  region: v.pipe(v.string(), v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as us-east-1')),
  backend,
  /** Domain whose subdomains are tunnel names; null: tunnels are reached by path only. */
  tunnelDomain: v.nullable(text),
  /** The Route 53 zone that the domain lies in; null: its certificate, records and API Gateway names are made elsewhere. */
  hostedZone: v.nullable(v.strictObject({ id: text, name: text })),
  /** The identity provider whose tokens agents show; null: tokens are signed with a key of the environment's own. */
  tokenIssuer: v.nullable(
    v.strictObject({
      /** Where its public keys are. Plain http only on this machine: whoever can change the keys can be everybody. */
      jwksUrl: v.pipe(
        v.string('must be text'),
        v.check(
          (url) => URL.canParse(url) && (url.startsWith('https://') || /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url)),
          'must be an https URL',
        ),
      ),
      /** Exactly what `iss` says. */
      issuer: text,
      /** What `aud` must hold, so that tokens made for other services open nothing here. */
      audience: text,
      /** The claim that lists names of tunnels, as `names` does in tokens of our own. */
      namesClaim: text,
    }),
  ),
  /** How answers return: the kill switch, the wake's way, and the share that is event-driven until `npm run rollout` sets one. */
  responsePath: v.strictObject({
    useEventDriven: v.boolean('must be true or false'),
    mode: v.picklist(['bus', 'direct'], 'must be bus or direct'),
    percent: wholeNumber(0, 100),
  }),
  /**
   * Requests of one tunnel that may be in flight for longer than a second; beyond them its visitors get 429. Below what
   * forward-request can run at once, or one slow tunnel stops all.
   */
  maxSlowRequests: wholeNumber(1),
  /** In ms; functions/settings.ts says what each is for. */
  timings: v.strictObject({
    requestDeadlineMs: wholeNumber(1),
    pollingDelaysMs: v.pipe(v.array(wholeNumber(1)), v.minLength(1, 'must be a list of one delay or more')),
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
  }),
  functions,
  alarms: v.strictObject({
    /** Who is told of alarms by e-mail, once the address has confirmed; null: whoever subscribes to the topic. */
    notifyEmail: v.nullable(v.pipe(v.string(), v.email('must be an e-mail address'))),
    /**
     * Requests of one cohort within 30 s from which shares and averages of it mean something: fewer are not judged
     * (modules/alarms/rollback-triggers.ts).
     */
    minimumRequests: wholeNumber(1),
  }),
  throttling: v.strictObject({ visitors: throttle, agents: throttle, wakes: throttle }),
  logLevel: v.picklist(['DEBUG', 'INFO', 'WARN', 'ERROR'], 'must be DEBUG, INFO, WARN or ERROR'),
  logRetentionDays: v.picklist(RETENTION_DAYS, `must be one of ${RETENTION_DAYS.join(', ')}`),
  /** `owner/name` of the GitHub repository whose workflows plan and deploy; null: none may. */
  githubRepository: v.nullable(v.pipe(v.string(), v.regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name of a GitHub repository'))),
  /** Whether data at rest is encrypted with a key of the environment's own (modules/customer-key.ts) or with AWS's. */
  customerKey: v.boolean('must be true or false'),
  /** Whether functions send X-Ray segments. */
  tracing: v.boolean('must be true or false'),
  /** Whether tables and key refuse to be deleted. */
  deletionProtection: v.boolean('must be true or false'),
  /** On every resource that takes tags, beside `project` and `environment`. */
  tags: v.record(v.string(), v.string()),
});

type DeepReadonly<T> = { readonly [K in keyof T]: T[K] extends object ? DeepReadonly<T[K]> : T[K] };
export type Environment = DeepReadonly<v.InferOutput<typeof schema>>;
export type Throttle = Environment['throttling']['visitors'];

/** What must hold between settings: path, whether it holds, what to say when it does not. */
const RELATIONS: readonly (readonly [path: string, holds: (environment: Environment) => boolean, problem: string])[] = [
  [
    'functions.forward-request.timeoutSeconds',
    ({ functions }) => functions['forward-request'].timeoutSeconds <= HTTP_API_TIMEOUT_SECONDS,
    `must be at most ${HTTP_API_TIMEOUT_SECONDS}, which is what the HTTP API waits`,
  ],
  [
    'timings.requestDeadlineMs',
    ({ functions, timings }) => timings.requestDeadlineMs < functions['forward-request'].timeoutSeconds * 1000,
    'must be below the timeout of forward-request, or the function ends before it can answer',
  ],
  [
    'backend.region',
    ({ backend, region }) => backend.kind === 'local' || backend.region === region,
    "must be the environment's region: the account's stack makes the bucket there",
  ],
  [
    'hostedZone',
    ({ tunnelDomain, hostedZone }) => hostedZone === null || `.${tunnelDomain}`.endsWith(`.${hostedZone.name}`),
    'must be the zone that tunnelDomain lies in, or null',
  ],
  [
    'functions.forward-request.reservedConcurrency',
    ({ functions }) => {
      const waiters = functions['forward-request'].reservedConcurrency !== null;
      const release = (['receive-message', 'wake-waiter'] as const).map((name) => functions[name].reservedConcurrency !== null);
      return release.every((reserved) => reserved === waiters);
    },
    'must be set together with those of receive-message and wake-waiter, or all null: waiters hold what releases them',
  ],
  [
    'maxSlowRequests',
    ({ functions, maxSlowRequests }) => maxSlowRequests < (functions['forward-request'].reservedConcurrency ?? Infinity),
    'must be below the reserved concurrency of forward-request, or one slow tunnel stops all',
  ],
  [
    'timings.safetyReadMs',
    ({ timings }) => timings.safetyReadMs < timings.requestDeadlineMs,
    'must be below timings.requestDeadlineMs, or no answer is found whose wake was lost',
  ],
];

/** Settings of an environment that are missing, unknown or malformed. */
export class EnvironmentError extends ToldError {
  override readonly name = 'EnvironmentError';
}

/**
 * Checks a value that should be the settings of the environment `name`.
 * @throws EnvironmentError with the first problem: the environment, the path, what is wrong and where to put it right
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

/** The environment's settings, frozen all the way down. */
export function defineEnvironment(environment: Environment): Environment {
  return deepFreeze(environment);
}

function problem(name: string, path: string, what: string): EnvironmentError {
  return new EnvironmentError(`environment "${name}": ${path} ${what}; put it right in environments/${name}.ts`);
}

function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.received === 'undefined') return 'is missing';
  if (issue.expected === 'never') return 'is not a setting';
  // Custom messages are sentences without a subject; valibot's own start with "Invalid".
  return issue.message.startsWith('Invalid')
    ? `must be ${issue.expected}, not ${issue.received}`
    : `${issue.message}, not ${issue.received}`;
}

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) deepFreeze(child as object);
  return Object.freeze(value);
}
