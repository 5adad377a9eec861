import { Construct } from 'constructs';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';
import { WebSocketApi, type WebSocketRouteProps } from './web-socket-api';

/** What API Gateway answers to a hello. `functions/greet-waiter` answers the same. */
const CONNECTION_ID = '{"connectionId":"$context.connectionId"}';

const HELLO: WebSocketRouteProps = { routeKey: 'hello', answers: true, replacedFirst: true };

/**
 * The WebSocket API on which waiters listen for wakes. `$connect` requires a signature, and no function is behind it. The route
 * `hello` returns the connection's own id, which a client cannot learn in another way
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html).
 *
 * A MOCK integration needs an integration response, "ideally" one for every status
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html). Without one no
 * waiter could connect. docs/adr/0041-every-mock-has-a-response-and-a-function-can-replace-one.md has the reports on which this relies.
 */
export class WakeChannel extends Construct {
  readonly api: WebSocketApi;

  constructor(scope: Construct, id: string, context: StackContext) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Default', {
      ...context,
      thing: 'wakes',
      throttle: context.environment.throttling.wakes,
      routeSelectionExpression: '$request.body.action',
    });
    this.api.addMockRoute('connect', { routeKey: '$connect', authorization: { authorizationType: 'AWS_IAM' }, answers: true }, [
      { id: 'connect-integration-response', key: '$default', template: '{"statusCode":200}' },
    ]);
  }

  /** Answers hellos: with a function if the environment has one for it, otherwise with a template. */
  answerHellos(greeter: TunnelFunction | undefined): void {
    if (greeter) this.api.addFunctionRoute('hello', greeter, HELLO);
    else
      this.api.addMockRoute('hello', HELLO, [
        { id: 'hello-integration-response', key: '/200/', template: CONNECTION_ID },
        { id: 'hello-default-integration-response', key: '$default', template: CONNECTION_ID },
      ]);
  }
}
