import { environments, type EnvironmentName } from '../environments';

/** What the rules ask of an environment, where environments may differ. Written apart from `environments/`, which it judges. */
export interface Expectations {
  /** Data at rest under keys of ours. */
  readonly customerManagedKeys: boolean;
  /** Tables that refuse to be deleted, where the table of tables says so. */
  readonly deletionProtection: boolean;
  /** Access logs on every API. */
  readonly accessLogs: boolean;
  /** X-Ray segments from every function. */
  readonly tracing: boolean;
  /** Functions that share the account's concurrency on purpose, and why; `*` is every function that is not named. */
  readonly unreserved: Readonly<Record<string, string>>;
}

/** docs/deploy.md: staging and prod ask for a quota of 1000; design: waiters must not hold what releases them. */
const RESERVING = {
  'authorize-agent': "short, and called only when agents connect: the gateway's throttle bounds it",
  'connect-agent': 'short, and called only when agents connect',
  'disconnect-agent': 'short, and nobody waits for it',
  'roll-back': 'runs when an alarm fires; one at a time at most',
  sweep: 'one a minute, started by its schedule',
};

const SMALL_ACCOUNT = { '*': 'an account with a concurrency quota of 100 or less cannot reserve' };

/** What an account has once, whatever environments are in it: its stack is tagged with this instead of an environment. */
const ACCOUNT = 'account';

const EXPECTATIONS: Readonly<Record<EnvironmentName | typeof ACCOUNT, Expectations>> = {
  dev: {
    customerManagedKeys: false,
    deletionProtection: false,
    accessLogs: true,
    tracing: true,
    unreserved: SMALL_ACCOUNT,
  },
  staging: {
    customerManagedKeys: false,
    deletionProtection: false,
    accessLogs: true,
    tracing: true,
    unreserved: RESERVING,
  },
  prod: {
    customerManagedKeys: true,
    deletionProtection: true,
    accessLogs: true,
    tracing: true,
    unreserved: RESERVING,
  },
  // Never applied to AWS; the local cloud runs the part of it that has a meaning there.
  local: {
    customerManagedKeys: false,
    deletionProtection: false,
    accessLogs: false,
    tracing: true,
    unreserved: SMALL_ACCOUNT,
  },
  // The state is under AWS's key: no secret is in it (docs/adr/0008-token-key-is-write-only.md).
  account: {
    customerManagedKeys: false,
    deletionProtection: true,
    accessLogs: true,
    tracing: true,
    unreserved: {},
  },
};

export const isEnvironment = (name: string | undefined): name is EnvironmentName => name !== undefined && name in environments;

/** Of an environment that is not ours, what prod is asked for. */
export const expectationsOf = (environment: string | undefined): Expectations =>
  isEnvironment(environment) || environment === ACCOUNT ? EXPECTATIONS[environment] : EXPECTATIONS.prod;
