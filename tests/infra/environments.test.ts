import { environments, EnvironmentError, validateEnvironment, validateNames, type Environment } from '../../environments';
import { environmentNames } from '../support/infra-stack';

type Draft = { -readonly [K in keyof Environment]: Environment[K] } & Record<string, unknown>;

/** Paths of all values of an object, `timings.safetyReadMs`. */
function paths(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
    typeof child === 'object' && child !== null ? paths(child, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

const withoutBackend = ({ backend: _backend, ...rest }: Environment): object => rest;

/** The error of the validation of prod after a change. */
function complaint(change: (draft: Draft) => void): string {
  const draft = structuredClone(environments.prod) as Draft;
  change(draft);
  try {
    validateEnvironment(draft, 'prod');
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return (error as Error).message;
  }
  throw new Error('the change was accepted');
}

/** Sets a value of any type by its path. */
const set = (path: string, value: unknown) => (draft: Draft) => {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Record<string, unknown>>((node, key) => node[key] as Record<string, unknown>, draft);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
};

describe('the environments', () => {
  it.each(environmentNames)('pass validation: %s', (name) => {
    expect(validateEnvironment(environments[name], name)).toEqual(environments[name]);
  });

  it.each(environmentNames)('have the same keys as dev: %s', (name) => {
    expect(paths(withoutBackend(environments[name])).sort()).toEqual(paths(withoutBackend(environments.dev)).sort());
  });

  it.each(environmentNames)('are frozen, so that no reader can change them: %s', (name) => {
    expect(Object.isFrozen(environments[name])).toBe(true);
    expect(Object.isFrozen(environments[name].functions['forward-request'])).toBe(true);
  });

  it('use the event-driven path for all requests, except prod, which starts at 0 %', () => {
    const paths = environmentNames.map((name) => [name, environments[name].responsePath]);
    expect(Object.fromEntries(paths)).toEqual({
      dev: { useEventDriven: true, mode: 'direct', tickets: true, percent: 100 },
      staging: { useEventDriven: true, mode: 'direct', tickets: true, percent: 100 },
      prod: { useEventDriven: true, mode: 'direct', tickets: true, percent: 0 },
      local: { useEventDriven: true, mode: 'direct', tickets: true, percent: 100 },
    });
  });

  it('have a streaming door in local and dev only, whose messages API Gateway meters as one each', () => {
    expect(environmentNames.filter((name) => environments[name].streamingDoor).sort()).toEqual(['dev', 'local']);
    for (const name of environmentNames) {
      const { streams, timings, functions } = environments[name];
      expect(timings.streamMs).toBe(885_000);
      expect(functions['stream-request'].timeoutSeconds).toBe(900);
      // Base64, and at least 2 KB for the rest of the message.
      expect(Math.ceil(streams.chunkBytes / 3) * 4 + 2048).toBeLessThanOrEqual(32 * 1024);
    }
  });

  it('have separate accounts and state', () => {
    expect(new Set(environmentNames.map((name) => environments[name].accountId)).size).toBe(environmentNames.length);
    expect(new Set(environmentNames.map((name) => JSON.stringify(environments[name].backend))).size).toBe(4);
  });

  it.each(['staging', 'prod'] as const)(
    'reserve concurrency for receive-message and wake-waiter, and limit forward-request: %s',
    (name) => {
      const sizes = environments[name].functions;
      const reserved = Object.values(sizes).reduce((sum, { reservedConcurrency }) => sum + (reservedConcurrency ?? 0), 0);
      expect(sizes['receive-message'].reservedConcurrency).toBeGreaterThanOrEqual(50);
      expect(sizes['wake-waiter'].reservedConcurrency).toBeGreaterThanOrEqual(50);
      expect(sizes['forward-request'].reservedConcurrency).not.toBeNull();
      // Of an account's 1000, Lambda keeps 100 unreserved.
      expect(reserved).toBeLessThanOrEqual(900);
    },
  );
});

describe('a small account', () => {
  it('may reserve no concurrency at all', () => {
    const draft = structuredClone(environments.prod) as Draft;
    for (const name of Object.keys(draft.functions)) set(`functions.${name}.reservedConcurrency`, null)(draft);
    expect(() => validateEnvironment(draft, 'prod')).not.toThrow();
  });
});

describe('the validation of an environment refuses', () => {
  it.each([
    ['a missing setting', set('region', undefined), 'region is missing'],
    ['a missing function', set('functions.sweep', undefined), 'functions.sweep is missing'],
    ['an unknown setting', set('responsePath.percnt', 5), 'responsePath.percnt is not a known setting'],
    ['a wrong type', set('responsePath.percent', '5'), 'responsePath.percent must be a number, not "5"'],
    ['a share above 100', set('responsePath.percent', 101), 'responsePath.percent must be 0 to 100, not 101'],
    ['an unknown mode', set('responsePath.mode', 'push'), 'responsePath.mode must be bus or direct, not "push"'],
    ['an unknown way to answer hellos', set('wakeHello', 'wave'), 'wakeHello must be mock or function, not "wave"'],
    ['a short account id', set('accountId', '123'), 'accountId must be the 12-digit id of an AWS account, not "123"'],
    ['another kind of backend', set('backend.kind', 'gcs'), 'backend.kind must be ("s3" | "local"), not "gcs"'],
    ['a backend without its bucket', set('backend.bucket', undefined), 'backend.bucket is missing'],
    [
      'a key URL of an identity provider without TLS',
      set('tokenIssuer', { jwksUrl: 'http://id.example/keys', issuer: 'i', audience: 'a', namesClaim: 'n' }),
      'tokenIssuer.jwksUrl must be an https URL, not "http://id.example/keys"',
    ],
    [
      'an identity provider without an audience',
      set('tokenIssuer', { jwksUrl: 'https://id.example/keys', issuer: 'i', namesClaim: 'n' }),
      'tokenIssuer.audience is missing',
    ],
    [
      'limits that let the visitors of one owner use up all waiters',
      set('ownerLimits.requestsInFlight', 201),
      'ownerLimits.requestsInFlight must leave room',
    ],
    ['an empty domain', set('tunnelDomain', ''), 'tunnelDomain must be a non-empty string, not ""'],
    ['a state in another region', set('backend.region', 'eu-west-1'), "backend.region must be the environment's region"],
    [
      'a hosted zone that does not contain the domain',
      (draft: Draft) => {
        draft.tunnelDomain = 'tunnels.example.com';
        draft.hostedZone = { id: 'Z1', name: 'ample.com' };
      },
      'hostedZone must be the zone that contains tunnelDomain, or null',
    ],
    [
      'a zone without a domain',
      set('hostedZone', { id: 'Z1', name: 'example.com' }),
      'hostedZone must be the zone that contains tunnelDomain, or null',
    ],
    [
      'a repository without its owner',
      set('githubRepository', 'http-tunnel'),
      'githubRepository must be a GitHub repository in the form owner/name, not "http-tunnel"',
    ],
    [
      'a limit on waiters without reserved concurrency for the functions that release them',
      set('functions.wake-waiter.reservedConcurrency', null),
      'functions.forward-request.reservedConcurrency must be set together with the reservedConcurrency of receive-message and wake-waiter',
    ],
    ['a retention that CloudWatch does not know', set('logRetentionDays', 2), 'logRetentionDays must be one of 1, 3, 5, 7'],
    ['a log level that would leave out the metrics', set('logLevel', 'WARN'), 'logLevel must be DEBUG or INFO, not "WARN"'],
    ['an invalid e-mail address', set('alarms.notifyEmail', 'ops'), 'alarms.notifyEmail must be an e-mail address, not "ops"'],
    ['a minimum of zero requests', set('alarms.minimumRequests', 0), 'alarms.minimumRequests must be at least 1, not 0'],
    ['an alarm for more refusals than visits', set('alarms.refusedPercent', 100), 'alarms.refusedPercent must be 1 to 99, not 100'],
    ['too little memory', set('functions.sweep.memoryMb', 64), 'functions.sweep.memoryMb must be 128 to 10240, not 64'],
    [
      'a rotation of sockets after the maximum age in API Gateway',
      set('timings.wakeRotateMs', 7_200_001),
      'timings.wakeRotateMs must be 1 to 7200000',
    ],
    ['a deadline after the end of the function', set('timings.requestDeadlineMs', 29_000), 'timings.requestDeadlineMs must be below'],
    [
      'a time-out of a function that is longer than the one of the HTTP API',
      set('functions.forward-request.timeoutSeconds', 31),
      'functions.forward-request.timeoutSeconds must be at most 30',
    ],
    ['a door that is neither open nor closed', set('streamingDoor', 'yes'), 'streamingDoor must be true or false, not "yes"'],
    [
      'a stream that may last until its function is stopped',
      set('timings.streamMs', 895_001),
      'timings.streamMs must be at least 5 s below the timeout of stream-request',
    ],
    [
      'chunks that API Gateway would meter as two messages',
      set('streams.chunkBytes', 22_529),
      'streams.chunkBytes must be 1 to 22528, not 22529',
    ],
    ['chunks above the window', set('streams.windowBytes', 22_527), 'streams.chunkBytes must be at most streams.windowBytes'],
    ['a stream that ends before the first probe', set('streams.probeMs', 45_000), 'streams.probeMs must be below streams.silenceMs'],
    ['silence up to the end of a stream', set('streams.silenceMs', 885_000), 'streams.silenceMs must be below timings.streamMs'],
    [
      'streams that can use up the concurrency of all functions',
      (draft: Draft) => {
        draft.streamingDoor = true;
        set('functions.stream-request.reservedConcurrency', null)(draft);
      },
      'functions.stream-request.reservedConcurrency must be set where forward-request has a reservedConcurrency',
    ],
    [
      'ticket keys that are dropped before the streams have ended that they sealed',
      (draft: Draft) => {
        draft.streamingDoor = true;
        set('timings.ticketKeyMs', 945_000)(draft);
      },
      'timings.ticketKeyMs must be above timings.rolloutStaleMs and the longest request',
    ],
    ['safety reads after the deadline', set('timings.safetyReadMs', 28_000), 'timings.safetyReadMs must be below'],
    ["another environment's name", set('name', 'dev'), 'name must be "prod", not "dev"'],
  ])('%s, with environment name, setting and remedy in the message', (_, change, expected) => {
    const message = complaint(change);
    expect(message).toContain(`environment "prod": ${expected}`);
    expect(message).toMatch(/; correct environments\/prod\.ts$/);
    expect(message).not.toContain('\n');
  });

  it.each(['cn-north-1', 'us-gov-west-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'eusc-de-east-1'])(
    'the region %s, because the ARNs in the stacks would not fit its partition',
    (region) => {
      expect(complaint(set('region', region))).toBe(
        'environment "prod": region must be a region of the partition aws, to which all ARNs in the stacks belong (China, GovCloud, ' +
          `sovereign and isolated regions are others), not "${region}"; correct environments/prod.ts`,
      );
    },
  );

  it.each([[null], [undefined], ['prod'], [[]]])('%j instead of an environment', (value) => {
    expect(() => validateEnvironment(value, 'prod')).toThrow(EnvironmentError);
  });
});

describe('the names of the environments', () => {
  it('are accepted as they are, and also with hyphens, or when one begins with another but not with a hyphen after it', () => {
    expect(() => validateNames(environmentNames)).not.toThrow();
    expect(() => validateNames(['prod', 'eu-prod', 'prod2', 'cicada', 'c', 'accounts'])).not.toThrow();
  });

  it.each([
    ['prod', 'prod-eu'],
    ['prod-eu', 'prod'],
  ])('may not begin with another name and a hyphen, in whichever order they are listed: %s, %s', (...names) => {
    expect(() => validateNames(names)).toThrow(
      'environment "prod-eu": name must not begin with "prod-", because the pipeline of the environment "prod" may change everything ' +
        'that is named "http-tunnel-prod-…": rename one of the two, for example "prod-eu" to "prodeu"; correct environments/prod-eu.ts',
    );
  });

  it.each([
    ['ci', 'ci', 'the roles of the pipelines'],
    ['ci-prod', 'ci', 'the roles of the pipelines'],
    ['account', 'account', 'what an account has once'],
    ['account-2', 'account', 'what an account has once'],
  ])('may not be those that the project itself uses: %s', (name, reserved, what) => {
    expect(() => validateNames(['prod', name])).toThrow(
      `environment "${name}": name must not be "${reserved}" or begin with "${reserved}-", because "http-tunnel-${reserved}-…" names ` +
        `${what}: rename the environment; correct environments/${name}.ts`,
    );
  });
});
