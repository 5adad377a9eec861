import { environments, type EnvironmentName } from '../environments';

/** What the rules require, where environments may differ. Written separately from `environments/`, because rules judge those files. */
export interface Expectations {
  /** Data at rest is encrypted with customer-managed keys. */
  readonly customerManagedKeys: boolean;
  /** Tables have deletion protection where policy/declared-tables.ts says so. */
  readonly deletionProtection: boolean;
  /** Access logs on every API. */
  readonly accessLogs: boolean;
  /** X-Ray segments from every function. */
  readonly tracing: boolean;
  /** Functions that share the account's concurrency on purpose, with the reason; `*` means every function that is not named. */
  readonly unreserved: Readonly<Record<string, string>>;
}

/** Staging and prod need a quota of 1000 (docs/deploy.md). Waiters must not use up the concurrency of functions that release them. */
const RESERVING = {
  'authorize-agent': "runs briefly, and only when agents connect; the gateway's throttle limits the calls",
  'connect-agent': 'runs briefly, and only when agents connect',
  'disconnect-agent': 'runs briefly, and nobody waits for its result',
  'greet-waiter': 'runs briefly; a waiter that gets no answer to its hello polls',
  'roll-back': 'runs when an alarm goes on; at most one invocation runs at a time',
  sweep: 'runs once a minute, started by its schedule',
};

const SMALL_ACCOUNT = { '*': 'an account with a concurrency quota of 100 or less cannot reserve concurrency' };

/** The bootstrap stack of an account has this tag instead of the name of an environment. */
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
  // This environment is never applied to AWS. The local cloud runs the parts of the stack that it supports.
  local: {
    customerManagedKeys: false,
    deletionProtection: false,
    accessLogs: false,
    tracing: true,
    unreserved: SMALL_ACCOUNT,
  },
  // The state is encrypted with AWS's key, because it contains no secret (docs/adr/0008-token-key-is-write-only.md).
  account: {
    customerManagedKeys: false,
    deletionProtection: true,
    accessLogs: true,
    tracing: true,
    unreserved: {},
  },
};

export const isEnvironment = (name: string | undefined): name is EnvironmentName => name !== undefined && name in environments;

/** The expectations of an environment. An unknown environment must meet those of prod. */
export const expectationsOf = (environment: string | undefined): Expectations =>
  isEnvironment(environment) || environment === ACCOUNT ? EXPECTATIONS[environment] : EXPECTATIONS.prod;
