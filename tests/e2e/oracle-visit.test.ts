import type { StateResource } from '../../oracle/plan-differences';
import { visit } from '../../oracle/visit';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

const KEY = 'a-key-for-the-visit-of-the-oracle-0123456789';

describe("the oracle's visit", () => {
  let under: CloudUnderTest;

  beforeAll(async () => {
    under = await startCloud({ tokenKey: KEY });
  });

  afterAll(() => under.close());

  /** What an endpoint that runs the local cloud's functions would return for the two APIs. */
  function state(visitorUrl = under.visitorUrl): StateResource[] {
    const [, agents = '', stage = ''] = /^(.*)\/([^/]+)$/.exec(under.agentEndpoint) ?? [];
    return [
      { address: 'aws_apigatewayv2_api.visitor-api', values: { api_endpoint: visitorUrl } },
      { address: 'aws_apigatewayv2_api.agent-gateway', values: { api_endpoint: agents.replace(/^ws/, 'http') } },
      { address: 'aws_apigatewayv2_stage.agent-gateway-stage', values: { name: stage } },
    ];
  }

  it('is answered where the endpoint runs the functions', async () => {
    expect(await visit(state(), KEY)).toEqual({ outcome: 'answered', waitedMs: expect.any(Number) as number });
  });

  it('fails when the functions do not accept the key with which the stack was applied', async () => {
    const outcome = await visit(state(), `${KEY}-another`, 2000);
    expect(outcome).toEqual({ outcome: 'failed', reason: expect.stringContaining('no agent can connect') as string });
  });

  it('fails when an address of the endpoint does not answer', async () => {
    const outcome = await visit(state('http://127.0.0.1:9'), KEY);
    expect(outcome).toEqual({ outcome: 'failed', reason: expect.stringContaining('http://127.0.0.1:9/') as string });
  });

  it.each([
    [
      'the endpoint returns an address on AWS',
      'https://a1b2c3.execute-api.us-east-1.amazonaws.com',
      'says that its API is at https://a1b2c3',
    ],
    ['the endpoint returns no address', '', 'there is no aws_apigatewayv2_api.visitor-api with api_endpoint'],
  ])('is impossible where %s', async (_, visitorUrl, reason) => {
    expect(await visit(state(visitorUrl), KEY)).toEqual({ outcome: 'impossible', reason: expect.stringContaining(reason) as string });
  });
});
