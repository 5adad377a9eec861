/** Holds a visitor's request until an agent has answered it. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { decodedRequest, toLambdaResponse } from '../aws/http-api';
import { forwardRequest } from '../core/forward-request';
import { readSettings } from '../settings';
import { currentTraceHeader, identify, instrumented } from '../telemetry';
import { answered, forwardOptions } from '../visitor-door/visitor-door';

const options = forwardOptions(readSettings('forward-request'));

export const handler = instrumented(async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const requestId = randomUUID();
  identify({ requestId });
  const request = decodedRequest(event, currentTraceHeader());
  return toLambdaResponse(await answered(requestId, request, (observer) => forwardRequest(requestId, request, { ...options, observer })));
});
