import { GatewayBootError } from '../gateway-boot-error';
import type { RequestContext } from './connection-context';

const KNOWN = new Set([
  'apiId',
  'connectedAt',
  'connectionId',
  'domainName',
  'eventType',
  'extendedRequestId',
  'identity.sourceIp',
  'identity.userAgent',
  'messageDirection',
  'messageId',
  'requestId',
  'requestTime',
  'requestTimeEpoch',
  'routeKey',
  'stage',
]);
const VARIABLE = /\$context\.(\w+(?:\.\w+)*)/g;
/** References, comments and directives of the Velocity language. */
const FOREIGN = /\$\S*|#(?:[#*]|@?\{?(?:set|if|else|elseif|end|foreach|include|parse|macro|stop|break|evaluate|define)\b)\S*/;

/**
 * A mapping template of plain text and `$context` variables. A MOCK integration needs no other part of the Velocity language
 * to tell a client about its connection. A variable without a value is empty, as on AWS.
 */
export class MockTemplate {
  /** @throws GatewayBootError for anything else of the Velocity language */
  constructor(
    private readonly template: string,
    address: string,
  ) {
    for (const [text, name = ''] of template.matchAll(VARIABLE)) {
      if (KNOWN.has(name) || name.startsWith('authorizer.')) continue;
      throw new GatewayBootError(`${address}: its template uses ${text}; the local gateway knows ${[...KNOWN].join(', ')}, authorizer.*`);
    }
    const foreign = FOREIGN.exec(template.replace(VARIABLE, ''));
    if (foreign) {
      throw new GatewayBootError(
        `${address}: its template uses "${foreign[0]}"; the local gateway renders plain text and $context variables only: ` +
          'use only these in the template, or put a function behind the route',
      );
    }
  }

  render(context: RequestContext): string {
    return this.template.replace(VARIABLE, (_, name: string) => valueOf(context, name.split('.')));
  }
}

function valueOf(context: RequestContext, path: readonly string[]): string {
  const value = path.reduce<unknown>(
    (parent, key) => (typeof parent === 'object' && parent !== null ? (parent as Record<string, unknown>)[key] : undefined),
    context,
  );
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
