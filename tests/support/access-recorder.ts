import type { AccessDecision } from '../../emulator/iam/iam';

/** Records access decisions. Decisions with the same caller, action, resource and context are kept once. */
export class AccessRecorder {
  private readonly byAccess = new Map<string, AccessDecision>();

  readonly record = (decision: AccessDecision): void => {
    this.byAccess.set(JSON.stringify([decision.caller, decision.access]), decision);
  };

  get allowed(): AccessDecision[] {
    return this.decisions.filter(({ decision }) => decision.effect === 'allowed');
  }

  /** `http-tunnel-local-sweep: dynamodb:Scan on arn:…` */
  get denied(): string[] {
    return this.decisions.filter(({ decision }) => decision.effect !== 'allowed').map(describe);
  }

  private get decisions(): AccessDecision[] {
    return [...this.byAccess.values()];
  }
}

const describe = ({ caller, access }: AccessDecision): string =>
  `${caller.kind === 'role' ? caller.functionName : caller.service}: ${access.action} on ${access.resource}`;
