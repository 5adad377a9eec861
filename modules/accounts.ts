import { EnvironmentError, type Environment } from '../environments';

/** The object in an account's bucket that holds the state of the account's own stack. */
export const BOOTSTRAP_STATE = 'bootstrap/terraform.tfstate';

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
 * bootstrap stack (modules/bootstrap-stack.ts). Or when an environment would overwrite the state of another stack
 */
export function accountsOf(environments: readonly Environment[]): Account[] {
  const accounts = new Map<string, Account>();
  for (const environment of environments) {
    const { name, accountId, region, backend } = environment;
    if (backend.kind !== 's3') continue;
    const account = accounts.get(accountId) ?? { accountId, region, stateBucket: backend.bucket, environments: [] };
    if (account.region !== region || account.stateBucket !== backend.bucket)
      throw problem(
        name,
        `region and backend.bucket must have the values of "${account.environments[0]?.name}", because both environments are in account ${accountId}`,
      );
    const owner = ownerOf(backend.key, account);
    if (owner !== undefined)
      throw problem(name, `backend.key must not be "${backend.key}", because that object is the state of ${owner} in the same bucket`);
    accounts.set(accountId, { ...account, environments: [...account.environments, environment] });
  }
  return [...accounts.values()];
}

/** The stack of the account that already has its state in this object. */
function ownerOf(key: string, { environments }: Account): string | undefined {
  if (key === BOOTSTRAP_STATE) return "the account's own stack";
  const owner = environments.find(({ backend }) => backend.kind === 's3' && backend.key === key);
  return owner && `"${owner.name}"`;
}

const problem = (name: string, what: string): EnvironmentError =>
  new EnvironmentError(`environment "${name}": ${what}; correct environments/${name}.ts`);
