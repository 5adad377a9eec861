import { Apigatewayv2Stage } from '@cdktf/provider-aws/lib/apigatewayv2-stage';
import { dependable, type ITerraformDependable } from 'cdktf';

/**
 * A stage that deploys its API by itself. API Gateway deploys no WebSocket API without a route ("At least one route is required before
 * deploying the Api"), and the first deployment should be a whole one. So the stage is made after the parts of the API.
 */
export class ApiStage extends Apigatewayv2Stage {
  /** Makes the stage after this route or response, and returns the route or response. */
  deployAfter<T extends ITerraformDependable>(part: T): T {
    this.dependsOn = [...(this.dependsOn ?? []), dependable(part)];
    return part;
  }
}
