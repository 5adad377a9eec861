import { EnvironmentError, type Environment } from '../environments';

/** An AWS account and the environments in it. */
export interface Account {
  readonly accountId: string;
  readonly region: string;
  /** The bucket that holds the state of everything in the account. */
  readonly stateBucket: string;
  readonly environments: readonly Environment[];
}

/**
 * The accounts of these environments. An environment whose state is a local file is never applied, so no account contains it.
 * @throws EnvironmentError when environments share an account but differ in region or bucket: the account has only one
 * bootstrap stack (modules/bootstrap-stack.ts)
 */
export function accountsOf(environments: readonly Environment[]): Account[] {
  const accounts = new Map<string, Account>();
  for (const environment of environments) {
    const { accountId, region, backend } = environment;
    if (backend.kind !== 's3') continue;
    const known = accounts.get(accountId);
    const first = known ?? { accountId, region, stateBucket: backend.bucket, environments: [] };
    if (first.region !== region || first.stateBucket !== backend.bucket)
      throw new EnvironmentError(
        `environment "${environment.name}": region and backend.bucket must have the values of ` +
          `"${first.environments[0]?.name}", because both environments are in account ${accountId}; correct environments/${environment.name}.ts`,
      );
    accounts.set(accountId, { ...first, environments: [...first.environments, environment] });
  }
  return [...accounts.values()];
}
