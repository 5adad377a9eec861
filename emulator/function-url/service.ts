import { createHash } from 'node:crypto';
import type { CloudService } from '../cloud-service';
import type { Permissions } from '../iam/permissions';
import { interceptedInvoker } from '../lambda/intercepted-invoker';
import { isLoopbackHost } from '../loopback-host';
import type { CloudSpec } from '../specs';
import type { AttributeSource } from '../terraform/computed-attributes';
import { FunctionUrlEdge } from './function-url-edge';
import { readFunctionUrls } from './read-function-url';

interface FunctionUrlNeeds {
  readonly permissions: Permissions;
}

export interface FunctionUrlOffers {
  /** Undefined for a stack without a function URL. */
  readonly functionUrl: FunctionUrlEdge | undefined;
}

/** The HTTP endpoint of one function, without API Gateway. */
export const functionUrl: CloudService<Pick<CloudSpec, 'functionUrls'>, FunctionUrlNeeds, FunctionUrlOffers> = {
  attributes: {
    aws_lambda_function_url: {
      url_id: urlId,
      function_url: ({ endpoints }) => `${endpoints.functionUrl}/`,
    },
  },
  read: (reader) => ({ functionUrls: readFunctionUrls(reader) }),
  start: ({ spec, ports, functions, options, latencyHooks, permissions, limits, log, started }) => {
    const [url] = spec.functionUrls;
    if (!url || !ports.functionUrl) return { functionUrl: undefined };
    const invoker = interceptedInvoker(functions, options.interceptInvocation, latencyHooks.interceptInvocation);
    const edge = started(new FunctionUrlEdge({ url, invoker, permissions, limits: limits.functionUrl, log, serves: isLoopbackHost }));
    edge.serveOn(ports.functionUrl);
    return { functionUrl: edge };
  },
};

/** AWS's ids are 32 characters of a-z and 0-9. Here they depend on the address only, so that they survive a restart. */
function urlId({ address }: AttributeSource): string {
  return BigInt(`0x${createHash('sha256').update(address).digest('hex')}`)
    .toString(36)
    .padStart(32, '0')
    .slice(-32);
}
