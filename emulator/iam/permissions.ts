import { arnMatches } from './matching';
import { URL_PERMISSIONS, type PermissionSpec, type UrlPermission } from '../specs';

/** Tells whether a service may invoke a function. Without a permission the call is refused, as on AWS. */
export interface PermissionCheck {
  /**
   * @param functionNameOrArn the function, by name or ARN
   * @param principal `apigateway.amazonaws.com`, `events.amazonaws.com`
   * @param sourceArn the route, authorizer or rule that calls
   */
  allows(functionNameOrArn: string, principal: string, sourceArn: string): boolean;
}

/** The functions' resource policies: what the stack's `aws_lambda_permission` resources grant. */
export class Permissions implements PermissionCheck {
  private readonly byFunction: ReadonlyMap<string, readonly PermissionSpec[]>;

  constructor(specs: readonly PermissionSpec[]) {
    const byFunction = new Map<string, PermissionSpec[]>();
    for (const spec of specs) {
      const name = functionName(spec.functionName);
      byFunction.set(name, [...(byFunction.get(name) ?? []), spec]);
    }
    this.byFunction = byFunction;
  }

  allows(functionNameOrArn: string, principal: string, sourceArn: string): boolean {
    const granted = this.byFunction.get(functionName(functionNameOrArn)) ?? [];
    return granted.some(
      (spec) =>
        spec.url === undefined && spec.principal === principal && (spec.sourceArn === undefined || arnMatches(spec.sourceArn, sourceArn)),
    );
  }

  /** What everybody lacks to use the URL of a function; empty if everybody may use the URL. */
  missingForUrl(functionNameOrArn: string): UrlPermission[] {
    const granted = this.byFunction.get(functionName(functionNameOrArn)) ?? [];
    return URL_PERMISSIONS.filter((needed) => !granted.some(({ url }) => url === needed));
  }
}

/** `arn:aws:lambda:eu-central-1:000000000000:function:NAME` and `NAME` mean the same. */
const functionName = (nameOrArn: string): string => nameOrArn.split(':')[6] ?? nameOrArn;
