import { ToldError } from '../cli/told-error';
import { smokeTest, smokeTestToken } from '../scripts/smoke-test';
import { isAws } from './options';
import type { StateResource } from './plan-differences';

/** What came of one visit through the functions. */
export type Visit =
  | { readonly outcome: 'answered'; readonly waitedMs: number }
  | { readonly outcome: 'failed'; readonly reason: string }
  /** The visit was not tried. */
  | { readonly outcome: 'impossible' | 'not asked for'; readonly reason: string };

const TIMEOUT_MS = 60_000;

/** Why a visit was not tried. */
class NoAddressError extends Error {
  override readonly name = 'NoAddressError';
}

/** The addresses that the endpoint itself names; the provider would make an address on AWS from the API's id. @throws NoAddressError */
function addressesIn(state: readonly StateResource[]): { readonly agentEndpoint: string; readonly visitorUrl: string } {
  const value = (address: string, attribute: string): string => {
    const found = state.find((resource) => resource.address === address)?.values[attribute];
    if (typeof found !== 'string' || found === '') throw new NoAddressError(`there is no ${address} with ${attribute}`);
    return found;
  };
  const visitorUrl = value('aws_apigatewayv2_api.visitor-api', 'api_endpoint');
  const agents = value('aws_apigatewayv2_api.agent-gateway', 'api_endpoint').replace(/^http/, 'ws');
  for (const url of [visitorUrl, agents]) {
    if (URL.canParse(url) && isAws(new URL(url).hostname)) {
      throw new NoAddressError(`the endpoint runs no functions for visitors: it says that its API is at ${url}, which is AWS itself`);
    }
  }
  return { visitorUrl, agentEndpoint: `${agents}/${value('aws_apigatewayv2_stage.agent-gateway-stage', 'name')}` };
}

/**
 * Sends one request from a visitor through the functions to an agent and back.
 * @param tokenKey the key of agent tokens with which the stack was applied
 */
export async function visit(state: readonly StateResource[], tokenKey: string, timeoutMs = TIMEOUT_MS): Promise<Visit> {
  try {
    const waitedMs = await smokeTest({ ...addressesIn(state), token: await smokeTestToken(tokenKey), timeoutMs });
    return { outcome: 'answered', waitedMs };
  } catch (error) {
    if (error instanceof NoAddressError) return { outcome: 'impossible', reason: error.message };
    if (error instanceof ToldError) return { outcome: 'failed', reason: error.message };
    throw error;
  }
}
