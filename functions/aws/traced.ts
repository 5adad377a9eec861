import type { BuildMiddleware, MetadataBearer, MiddlewareStack } from '@smithy/types';
import { openCall } from '../tracing';

/** Adds a subsegment for each call of an SDK client. */
export function traced<C extends { readonly middlewareStack: object }>(client: C): C {
  const stack = client.middlewareStack as MiddlewareStack<object, MetadataBearer>;
  stack.add(traceCall, { step: 'build', name: 'traceCall', override: true });
  return client;
}

const traceCall: BuildMiddleware<object, MetadataBearer> = (next, context) => async (args) => {
  const call = openCall({
    service: String(context['clientName']).replace(/Client$/, ''),
    operation: String(context['commandName']).replace(/Command$/, ''),
    region: process.env['AWS_REGION'],
    tableName: tableOf(args.input),
  });
  if (call.header !== undefined) (args.request as { headers: Record<string, string> }).headers['X-Amzn-Trace-Id'] = call.header;
  try {
    const result = await next(args);
    const { $metadata } = result.output as Partial<MetadataBearer>;
    call.end({ status: $metadata?.httpStatusCode, awsRequestId: $metadata?.requestId });
    return result;
  } catch (error) {
    const { name, $metadata } = error as Error & Partial<MetadataBearer>;
    call.end({ status: $metadata?.httpStatusCode, awsRequestId: $metadata?.requestId, errorName: name });
    throw error;
  }
};

/** The table that a call is about; undefined when the call is about no table or several. */
function tableOf(input: { TableName?: string; RequestItems?: object }): string | undefined {
  const tables = input.TableName !== undefined ? [input.TableName] : Object.keys(input.RequestItems ?? {});
  return tables.length === 1 ? tables[0] : undefined;
}
