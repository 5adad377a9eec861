import type { AwsCall, AwsError, Interceptor, Principal } from '../services';
import type { CloudSpec, FunctionSpec } from '../specs';
import { accessDenied } from './access-denied';
import { requiredAccess, type AccessOf } from './required-access';
import type { Place } from './place';
import type { Context } from './conditions';
import { evaluate, type Access, type Decision } from './evaluate';
import { IamBootError } from './iam-boot-error';
import { parsePolicy, type Statement } from './policy-document';
import { callerArn, isAbout, type Caller } from './principals';

/** A decision on a call that was made; denied calls are included. */
export interface AccessDecision {
  readonly caller: Caller;
  readonly access: Required<Access>;
  readonly decision: Decision;
}

export interface IamOptions {
  readonly spec: Pick<CloudSpec, 'accountId' | 'region' | 'functions' | 'roles' | 'resourcePolicies' | 'encryptionKeys'>;
  /** The rights that calls need, by the prefix of the API. */
  readonly access: Readonly<Record<string, AccessOf>>;
  /** Prints one line. */
  readonly warn: (text: string) => void;
  /** The principal for calls from outside the functions. It may do everything, like an administrator. */
  readonly operator?: Principal;
  /** Called for every decision, also if it allows the call. */
  readonly onDecision?: (decision: AccessDecision) => void;
}

const LAMBDA = { kind: 'service', service: 'lambda.amazonaws.com' } as const satisfies Caller;

const EVERYTHING = parsePolicy(
  { address: 'operator', document: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } },
  'identity',
);

/**
 * Decides which calls are allowed, from the policies of the stack's roles and of its resources. Within one account, a role's policy
 * or a resource's policy is enough to allow a call, and either can deny it.
 */
export class Iam {
  readonly place: Place;
  private readonly byRole: ReadonlyMap<string, readonly Statement[]>;
  private readonly byResource: ReadonlyMap<string, readonly Statement[]>;
  private readonly functions: ReadonlyMap<string, FunctionSpec>;
  /** Denials that have been printed, so that a call that is retried is printed once. */
  private readonly told = new Set<string>();

  /** @throws IamBootError for a policy that cannot be enforced, and for a role that Lambda may not assume */
  constructor(private readonly options: IamOptions) {
    const { accountId, region, functions, roles, resourcePolicies, encryptionKeys } = options.spec;
    this.place = {
      arn: (service, resource) => `arn:aws:${service}:${region}:${accountId}:${resource}`,
      keyOf: (resourceArn) => encryptionKeys[resourceArn],
    };
    this.byRole = new Map(roles.map(({ arn, policies }) => [arn, policies.flatMap((policy) => parsePolicy(policy, 'identity'))]));
    this.byResource = new Map(resourcePolicies.map((policy) => [policy.resourceArn, parsePolicy(policy, 'resource')]));
    this.functions = new Map(functions.map((spec) => [spec.arn, spec]));
    for (const { address, roleArn } of functions) {
      const role = roles.find(({ arn }) => arn === roleArn);
      if (!role) throw new IamBootError(`${address}: its role ${roleArn} is not in the stack`);
      const trust = parsePolicy(role.trust, 'trust').filter((statement) => speaksOf(statement, LAMBDA));
      if (evaluate({ action: 'sts:AssumeRole', resource: roleArn }, trust).effect !== 'allowed') {
        throw new IamBootError(
          `${address}: Lambda may not assume its role; allow ${LAMBDA.service} to assume the role in ${role.trust.address}`,
        );
      }
    }
  }

  /** Refuses a function's call that its role does not allow, with the same error as on AWS. */
  readonly intercept: Interceptor = async (call, next) => {
    for (const access of requiredAccess(this.options.access, call, this.place)) this.require(callerOf(call), access);
    return next();
  };

  /** Checks one access, and reports the decision. @throws AwsError if it is not allowed */
  require(caller: Caller, access: Access): void {
    const full = this.withContext(caller, access);
    const decision = this.decide(caller, full);
    this.options.onDecision?.({ caller, access: full, decision });
    if (decision.effect === 'allowed') return;
    this.tell(caller, access, decision);
    throw accessDenied(caller, access, decision);
  }

  /** The error for a call if it also needed this access; undefined if allowed. The decision is not reported. */
  refusal(call: AwsCall, access: Access): AwsError | undefined {
    const caller = callerOf(call);
    const decision = this.decide(caller, access);
    return decision.effect === 'allowed' ? undefined : accessDenied(caller, access, decision);
  }

  /** Only computes the decision; does not report it. */
  decide(caller: Caller, access: Access): Decision {
    return evaluate(this.withContext(caller, access), this.statementsFor(caller, access.resource));
  }

  /** Every statement that may decide what the caller can do to the resource. */
  statementsFor(caller: Caller, resource: string): readonly Statement[] {
    const own = caller.kind === 'role' ? this.statementsOf(caller.roleArn) : [];
    const ofResource = (this.byResource.get(policyHolder(resource)) ?? []).filter((statement) => speaksOf(statement, caller));
    return [...own, ...ofResource];
  }

  /** Whether a resource has its own policy. */
  hasResourcePolicy(resourceArn: string): boolean {
    return this.byResource.has(resourceArn);
  }

  /** All statements, for tests that look for unused ones. */
  get statements(): readonly Statement[] {
    return [...this.byRole.values(), ...this.byResource.values()].flat();
  }

  /** Lambda acting on behalf of a function, with the function's role. */
  callerFor(functionArn: string): Caller {
    const spec = this.functions.get(functionArn);
    if (!spec) throw new IamBootError(`function ${functionArn} is not in the stack`);
    return { kind: 'role', roleArn: spec.roleArn, functionName: spec.name };
  }

  private statementsOf(roleArn: string): readonly Statement[] {
    return roleArn === this.options.operator?.roleArn ? EVERYTHING : (this.byRole.get(roleArn) ?? []);
  }

  private withContext(caller: Caller, { action, resource, context }: Access): Required<Access> {
    const principal: Context =
      caller.kind === 'role'
        ? { 'aws:PrincipalArn': caller.roleArn, 'aws:PrincipalAccount': this.options.spec.accountId }
        : { 'aws:SourceAccount': this.options.spec.accountId };
    // The local calls do not use TLS, but the same calls on AWS do.
    return { action, resource, context: { 'aws:SecureTransport': 'true', ...principal, ...context } };
  }

  private tell(caller: Caller, { action, resource }: Access, { effect, statements }: Decision): void {
    const who = caller.kind === 'role' ? caller.functionName : callerArn(caller);
    // Connection ids change all the time; a denial for one connection holds for all.
    const once = [who, action, resource.replace(/@connections\/.*$/, '')].join(' ');
    if (this.told.has(once)) return;
    this.told.add(once);
    const why =
      effect === 'explicitly-denied'
        ? `denied by ${statements.map(({ where }) => where).join(', ')}`
        : `no policy allows this: ${caller.kind === 'role' ? 'grant the action in modules/function-rights.ts' : 'allow the service in the policy of the resource, in modules/'}`;
    this.options.warn(`access denied: ${who} may not ${action} on ${resource}; ${why}`);
  }
}

/** The resource whose policy applies. S3 objects have no policies of their own: the policy of their bucket applies. */
const policyHolder = (resourceArn: string): string =>
  resourceArn.startsWith('arn:aws:s3:::') ? resourceArn.replace(/\/.*$/s, '') : resourceArn;

const speaksOf = ({ principals = [], effect }: Statement, caller: Caller): boolean =>
  principals.some((principal) => isAbout(principal, caller, effect));

const callerOf = ({ caller: { roleArn, functionName } }: AwsCall): Caller => ({ kind: 'role', roleArn, functionName });
