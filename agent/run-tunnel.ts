import { Agent } from './agent';
import { AgentStoppedError, TunnelRefusedError } from './errors';
import type { AgentOptions } from './options';
import type { Output } from './output';

/** How long a stopping agent answers the requests in flight, in ms. */
const GRACE_MS = 25_000;

/**
 * One Ctrl-C can come twice, from the terminal and from npm: a second signal within this time, in ms, is the
 * same one.
 */
const SAME_SIGNAL_MS = 300;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Holds a tunnel until a signal or a refusal ends it; resolves with the exit code. */
export async function runTunnel(options: AgentOptions, output: Output): Promise<number> {
  const agent = new Agent(options);
  agent.on('connected', (tunnel) => output.connected(tunnel));
  agent.on('disconnected', (disconnection) => output.disconnected(disconnection));
  agent.on('request', (summary) => output.request(summary));
  agent.on('warning', (text) => output.warning(text));
  const refused = new Promise<TunnelRefusedError>((resolve) => agent.once('refused', resolve));
  const stopped = stopOnSignals(agent, output);
  try {
    await agent.start();
    const refusal = await Promise.race([refused, stopped]);
    if (refusal) throw refusal;
    return 0;
  } catch (error) {
    if (error instanceof AgentStoppedError) return 0;
    if (!(error instanceof TunnelRefusedError)) throw error;
    output.error(error.message);
    return 1;
  }
}

/** Resolves when a signal has stopped the agent; a second one does not wait. */
function stopOnSignals(agent: Agent, output: Output): Promise<void> {
  return new Promise((resolve, reject) => {
    let firstAt: number | undefined;
    const onSignal = (signal: keyof typeof EXIT_CODES): void => {
      if (firstAt === undefined) {
        firstAt = Date.now();
        output.draining(GRACE_MS);
        agent.stop({ graceMs: GRACE_MS }).then(resolve, reject);
      } else if (Date.now() - firstAt > SAME_SIGNAL_MS) process.exit(EXIT_CODES[signal]);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}
