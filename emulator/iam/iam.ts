import type { AwsCall, AwsError, Interceptor, Principal } from '../services';
import type { CloudSpec, FunctionSpec } from '../specs';
import { accessDenied } from './access-denied';
import { requiredAccess } from './access/required-access';
import type { Place } from './access/place';
import type { Context } from './conditions';
import { evaluate, type Access, type Decision } from './evaluate';
import { IamBootError } from './iam-boot-error';
import { parsePolicy, type Statement } from './policy-document';
import { callerArn, isAbout, type Caller } from './principals';

/** A decision on something that was really done, or would have been. */
export interface AccessDecision {
  readonly caller: Caller;
  readonly access: Required<Access>;
  readonly decision: Decision;
}

export interface IamOptions {
  readonly spec: Pick<CloudSpec, 'accountId' | 'region' | 'functions' | 'roles' | 'resourcePolicies' | 'encryptionKeys'>;
  /** One line for people. */
  readonly warn: (text: string) => void;
  /** Who calls from outside of the functions and may do everything, as an administrator's user may. */
  readonly operator?: Principal;
  /** Told of every decision, also those that allow. */
  readonly onDecision?: (decision: AccessDecision) => void;
}

const LAMBDA = { kind: 'service', service: 'lambda.amazonaws.com' } as const satisfies Caller;

const EVERYTHING = parsePolicy(
  { address: 'operator', document: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } },
  'identity',
);

/**
 * Who may do what: the policies of the stack's roles, and those of its queues and buses. Within one account either of the two may
 * allow a call, and either may deny it.
 */
export class Iam {
  readonly place: Place;
  private readonly byRole: ReadonlyMap<string, readonly Statement[]>;
  private readonly byResource: ReadonlyMap<string, readonly Statement[]>;
  private readonly functions: ReadonlyMap<string, FunctionSpec>;
  /** What has been said of, so that a call that is tried again and again is told once. */
  private readonly told = new Set<string>();

  /** @throws IamBootError for a policy that cannot be enforced, and for a role that Lambda may not take on */
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
        throw new IamBootError(`${address}: Lambda may not take on its role; let ${LAMBDA.service} do so in ${role.trust.address}`);
      }
    }
  }

  /** Refuses a call of a function that its role does not allow, in AWS's words. */
  readonly intercept: Interceptor = async (call, next) => {
    for (const access of requiredAccess(call, this.place)) this.require(callerOf(call), access);
    return next();
  };

  /** @throws AwsError for what is not allowed */
  require(caller: Caller, access: Access): void {
    const full = this.withContext(caller, access);
    const decision = this.decide(caller, full);
    this.options.onDecision?.({ caller, access: full, decision });
    if (decision.effect === 'allowed') return;
    this.tell(caller, access, decision);
    throw accessDenied(caller, access, decision);
  }

  /** What a call would be refused with if it took this too; nothing is done, and nobody is told. */
  refusal(call: AwsCall, access: Access): AwsError | undefined {
    const caller = callerOf(call);
    const decision = this.decide(caller, access);
    return decision.effect === 'allowed' ? undefined : accessDenied(caller, access, decision);
  }

  /** The decision alone: nothing is done, and nobody is told. */
  decide(caller: Caller, access: Access): Decision {
    return evaluate(this.withContext(caller, access), this.statementsFor(caller, access.resource));
  }

  /** Every statement that has a say in what the caller does to the resource. */
  statementsFor(caller: Caller, resource: string): readonly Statement[] {
    const own = caller.kind === 'role' ? this.statementsOf(caller.roleArn) : [];
    const ofResource = (this.byResource.get(policyHolder(resource)) ?? []).filter((statement) => speaksOf(statement, caller));
    return [...own, ...ofResource];
  }

  /** Whether a resource says itself who may use it. */
  hasResourcePolicy(resourceArn: string): boolean {
    return this.byResource.has(resourceArn);
  }

  /** All statements, for tests that look for those that nothing needs. */
  get statements(): readonly Statement[] {
    return [...this.byRole.values(), ...this.byResource.values()].flat();
  }

  /** Lambda, acting in a function's name. */
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
    // Everything stays within this machine; on AWS the same calls use TLS.
    return { action, resource, context: { 'aws:SecureTransport': 'true', ...principal, ...context } };
  }

  private tell(caller: Caller, { action, resource }: Access, { effect, statements }: Decision): void {
    const who = caller.kind === 'role' ? caller.functionName : callerArn(caller);
    // Connections come and go; what is denied of one is denied of all.
    const once = [who, action, resource.replace(/@connections\/.*$/, '')].join(' ');
    if (this.told.has(once)) return;
    this.told.add(once);
    const why =
      effect === 'explicitly-denied'
        ? `denied by ${statements.map(({ where }) => where).join(', ')}`
        : `nothing allows it: ${caller.kind === 'role' ? 'grant it in modules/function-rights.ts' : 'let the service in by the policy of the resource, in modules/'}`;
    this.options.warn(`access denied: ${who} may not ${action} on ${resource}; ${why}`);
  }
}

/** Objects have no policies of their own: their bucket's speaks of them. */
const policyHolder = (resourceArn: string): string =>
  resourceArn.startsWith('arn:aws:s3:::') ? resourceArn.replace(/\/.*$/s, '') : resourceArn;

const speaksOf = ({ principals = [], effect }: Statement, caller: Caller): boolean =>
  principals.some((principal) => isAbout(principal, caller, effect));

const callerOf = ({ caller: { roleArn, functionName } }: AwsCall): Caller => ({ kind: 'role', roleArn, functionName });
