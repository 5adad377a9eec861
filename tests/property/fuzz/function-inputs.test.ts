import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { lambdaResponse } from '../../../emulator/http-edge/lambda-response';
import { identityOf, type AgentEvent } from '../../../functions/aws/agent-event';
import { toLambdaResponse } from '../../../functions/aws/http-api';
import { errorResponse, responseOf } from '../../../functions/core/visitor-response';
import { parseRollout } from '../../../functions/core/rollout-item';
import { responseEventFor } from '../../../functions/core/response-event';
import { TunnelError } from '../../../functions/core/tunnel-error';
import { encodeWake, parseWake, type Wake } from '../../../functions/core/wake';
import { decodeAgentMessage, decodeCloudMessage, encodeMessage, ProtocolError } from '../../../protocol';
import { anyCharacter } from '../../support/any-character';
import { answer } from '../../support/fuzzed-doors';
import { FUZZ_TIMEOUT_MS, fuzzing, mutatedJson, withBoundedMemory } from '../../support/fuzz';
import { FROM_AGENT, FROM_CLOUD } from '../../support/valid-messages';

const INPUTS = 300;

const check = (input: fc.Arbitrary<unknown>, verify: (value: unknown) => void | Promise<void>): Promise<void> =>
  withBoundedMemory(() =>
    fc.assert(
      fc.asyncProperty(input, async (value) => verify(value)),
      fuzzing(INPUTS),
    ),
  );

test.each([
  ['an agent', decodeAgentMessage, FROM_AGENT],
  ['the cloud', decodeCloudMessage, FROM_CLOUD],
] as const)(
  'a message from %s with changed fields is a valid message, or is refused with a ProtocolError',
  async (_, decode, seeds) => {
    await check(mutatedJson(...seeds), (value) => {
      const decoded = outcomeOf(() => decode(JSON.stringify(value)), ProtocolError);
      if (decoded && decoded.type !== 'gateway_error') expect(decode(encodeMessage(decoded))).toEqual(decoded);
    });
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'whatever an agent answers, the visitor gets a response that API Gateway accepts, or a TunnelError',
  async () => {
    await check(mutatedJson(...FROM_AGENT.filter(({ type }) => type === 'http_response')), (value) => {
      const message = outcomeOf(() => decodeAgentMessage(JSON.stringify(value)), ProtocolError);
      if (message?.type !== 'http_response') return;
      const { status_code: statusCode, headers, body } = message;
      const outcome = { kind: 'response', statusCode, headers, body: Buffer.from(body, 'base64') } as const;
      const response =
        outcomeOf(() => responseOf(outcome, 'GET'), TunnelError) ?? errorResponse(new TunnelError('invalid_response'), '', 'r');
      expect(lambdaResponse(JSON.parse(JSON.stringify(toLambdaResponse(response)))).status).toBe(response.status);
    });
  },
  FUZZ_TIMEOUT_MS,
);

const WAKES: readonly Wake[] = [
  { version: 1, requestId: 'r', source: 'bus' },
  {
    version: 1,
    requestId: 'r',
    source: 'direct',
    completion: { completedAt: 1, outcome: { kind: 'response', statusCode: 200, headers: { 'x-a': ['1'] }, body: Buffer.from('hi') } },
  },
  {
    version: 1,
    requestId: 'r',
    source: 'direct',
    completion: { completedAt: 1, outcome: { kind: 'failure', code: 'timeout', message: 'm' } },
  },
];

test(
  'a wake with changed fields is a wake that can be encoded again, or none, and its answer can be given to the visitor',
  async () => {
    await check(mutatedJson(...WAKES.map((wake) => JSON.parse(encodeWake(wake)) as unknown)), (value) => {
      const wake = parseWake(value);
      if (!wake) return;
      expect(parseWake(JSON.parse(encodeWake(wake)))).toEqual(wake);
      const outcome = wake.completion?.outcome;
      if (outcome?.kind === 'response' && outcome.body instanceof Uint8Array) {
        const { body } = outcome;
        outcomeOf(() => responseOf({ ...outcome, body }, 'GET'), TunnelError);
      }
    });
  },
  FUZZ_TIMEOUT_MS,
);

const ROW = {
  requestId: 'r',
  tunnelId: 'demo',
  owner: 'ann',
  status: 'completed',
  wake: 'bus',
  mode: 'bus',
  deadline: 2,
  completedAt: 1,
  waiterConnectionId: 'w',
  traceHeader: 't',
};
const ITEM = {
  version: 1,
  percent: 10,
  percentBefore: 0,
  since: 1,
  by: 'ann',
  why: 'w',
  latched: false,
  baseline: { at: 1, responseMs: 2, errorRate: 0 },
};

test(
  'a row with changed fields becomes an event whose fields all have their types, no event, or a plain Error',
  async () => {
    await check(mutatedJson({ before: { status: 'pending' }, after: ROW }), (value) => {
      const { before, after } = (value ?? {}) as { before?: Record<string, unknown>; after?: Record<string, unknown> };
      const event = outcomeOf(() => responseEventFor({ before, after }, 1), Error);
      if (event) expect(Object.values(event).map((field) => typeof field)).toEqual(TYPES_OF_EVENT);
    });
  },
  FUZZ_TIMEOUT_MS,
);
const TYPES_OF_EVENT = ['number', 'string', 'string', 'string', 'number', 'string', 'boolean'];

test(
  'a rollout item with changed fields has a share from 0 to 100, or cannot be read',
  async () => {
    await check(mutatedJson(ITEM), (value) => {
      if (typeof value !== 'object' || value === null) return;
      const percent = parseRollout(value)?.percent ?? 0;
      expect(percent >= 0 && percent <= 100 && Number.isInteger(percent)).toBe(true);
    });
  },
  FUZZ_TIMEOUT_MS,
);

test(
  "an agent's event with a changed authorizer context has an identity of texts, or is refused with an Error",
  async () => {
    const event = { requestContext: { connectionId: 'c', authorizer: { owner: 'ann', tunnelId: 'demo', lease: 'l', claim: 'granted' } } };
    await check(mutatedJson(event.requestContext.authorizer), (authorizer) => {
      const changed = { requestContext: { connectionId: 'c', authorizer } } as AgentEvent;
      const identity = outcomeOf(() => identityOf(changed), Error);
      if (identity) for (const field of Object.values(identity)) expect(typeof field).toBe('string');
    });
  },
  FUZZ_TIMEOUT_MS,
);

/** What visitors decide in an event of the HTTP API; API Gateway makes the rest. */
const visit: fc.Arbitrary<APIGatewayProxyEventV2> = fc
  .record({
    method: fc.oneof(
      fc.constantFrom('GET', 'HEAD', 'POST', 'TRACE', 'CONNECT', 'PROPFIND'),
      fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,9}$/),
    ),
    rawPath: fc
      .tuple(fc.constantFrom('/demo/', '/demo', '/', '/other/', '//'), fc.string({ unit: anyCharacter, maxLength: 30 }))
      .map(([start, rest]) => start + rest),
    rawQueryString: fc.oneof(
      fc.constant(''),
      fc.string({ unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)) }),
    ),
    headers: fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          '__proto__',
          'constructor',
          'length',
          'host',
          'referer',
          'authorization',
          'connection',
          'forwarded',
          'x-forwarded-for',
        ),
        fc.stringMatching(/^[!#$%&'*+.^_`|~0-9a-z-]{1,20}$/),
      ),
      fc.oneof(
        fc.constantFrom('http://localhost/demo/', 'Basic Og==', 'Basic \u00ff', 'close, host, cookie', 'localhost', ''),
        fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) }),
      ),
      { noNullPrototype: true },
    ),
    domainName: fc.oneof(fc.constantFrom('localhost', 'demo.localhost', 'DEMO.localhost', '.localhost', 'api.example'), fc.string()),
    cookies: fc.array(fc.string(), { maxLength: 3 }),
    body: fc.string(),
    isBase64Encoded: fc.boolean(),
  })
  .map(
    ({ method, domainName, ...event }) =>
      ({ ...event, requestContext: { domainName, http: { method, sourceIp: '192.0.2.7' }, timeEpoch: 1 } }) as APIGatewayProxyEventV2,
  );

test(
  'whatever a visitor sends, forward-request answers with a response that API Gateway accepts and that is no 500',
  async () => {
    await check(visit, async (event) => {
      const response = await answer(event as APIGatewayProxyEventV2);
      expect(response.status === 501 || response.status < 500).toBe(true);
      expect(lambdaResponse(JSON.parse(JSON.stringify(toLambdaResponse(response)))).status).toBe(response.status);
    });
  },
  FUZZ_TIMEOUT_MS,
);

/** The result; undefined when `run` throws the error that it may throw. */
function outcomeOf<T>(run: () => T, allowed: new (...args: never[]) => Error): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof allowed && (allowed !== Error || Object.getPrototypeOf(error) === Error.prototype)) return undefined;
    throw error;
  }
}
