/** How programs reach an environment that is deployed: its addresses, and a token for an agent of theirs. */
import fs from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Agent } from '../agent';
import { CommandLineError } from '../cli/command-line';
import { ToldError } from '../cli/told-error';
import { signToken } from '../local/agent-token';

export interface Addresses {
  readonly agentEndpoint: string;
  /** Visitors reach a tunnel at `<visitorUrl>/<tunnel>/`. */
  readonly visitorUrl: string;
}

/** No agent can connect to the environment; the message says why. */
class NoAgentError extends ToldError {
  override readonly name = 'NoAgentError';
}

/** The addresses in the outputs that `cdktf deploy --outputs-file` writes. @throws CommandLineError */
export function addressesIn(file: string, environment: string): Addresses {
  let outputs: Record<string, Record<string, string> | undefined>;
  try {
    outputs = JSON.parse(fs.readFileSync(file, 'utf8')) as typeof outputs;
  } catch {
    throw new CommandLineError(`${file} holds no outputs: make it with cdktf deploy --outputs-file`);
  }
  const { agent_endpoint: agentEndpoint, visitor_url: visitorUrl } = outputs[environment] ?? {};
  if (!agentEndpoint || !visitorUrl) {
    throw new CommandLineError(`${file} has no agent_endpoint and visitor_url for "${environment}": deploy this environment first`);
  }
  return { agentEndpoint, visitorUrl };
}

/** What a program's own agent claims. */
export interface Claims {
  readonly owner: string;
  /** Names of tunnels, such as `smoke-*`. */
  readonly names: string;
  /** When the token expires: `5m`. */
  readonly life: string;
}

/**
 * The token in HTTP_TUNNEL_TOKEN, if an identity provider signs tokens, or else one that is signed with TF_VAR_agent_token_key.
 * @throws CommandLineError when the variables have neither
 */
export async function tokenFrom(variables: Readonly<Record<string, string | undefined>>, claims: Claims): Promise<string> {
  const { HTTP_TUNNEL_TOKEN: token, TF_VAR_agent_token_key: key } = variables;
  if (token) return token;
  if (!key) throw new CommandLineError('the key of agent tokens is missing: set TF_VAR_agent_token_key, or a token in HTTP_TUNNEL_TOKEN');
  return tokenSignedWith(key, claims);
}

export const tokenSignedWith = (key: string, { owner, names, life }: Claims): Promise<string> => signToken(key, owner, [names], life);

/** Starts an agent. An agent tries for ever, so after `timeoutMs` this function throws NoAgentError with the agent's last reason. */
export async function connectAgent(agent: Agent, endpoint: string, timeoutMs: number): Promise<void> {
  let reason = `no answer within ${timeoutMs} ms`;
  agent.on('disconnected', (disconnection) => (reason = disconnection.reason));
  const gaveUp = new AbortController();
  const tooLate = pause(timeoutMs, undefined, { signal: gaveUp.signal }).then(() => {
    throw new Error(reason);
  });
  try {
    await Promise.race([agent.start(), tooLate]);
  } catch (error) {
    throw new NoAgentError(`no agent can connect to ${endpoint}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    gaveUp.abort();
    tooLate.catch(() => undefined);
  }
}
