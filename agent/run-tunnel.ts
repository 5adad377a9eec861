import { Agent } from './agent';
import { AgentStoppedError, TunnelRefusedError, TunnelTakenOverError } from './errors';
import type { AgentOptions } from './options';
import type { Output } from './output';
import { onStopSignal } from './stop-signals';

/** How long a stopping agent answers the requests in flight, in ms. */
const GRACE_MS = 25_000;

/** Holds a tunnel until a signal or a refusal ends it; resolves with the exit code. */
export async function runTunnel(options: AgentOptions, output: Output): Promise<number> {
  const agent = new Agent(options);
  agent.on('connected', (tunnel) => output.connected(tunnel));
  agent.on('disconnected', (disconnection) => output.disconnected(disconnection));
  agent.on('streaming', (beginning) => output.streaming(beginning));
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
    return error instanceof TunnelTakenOverError ? 3 : 1;
  }
}

/** Resolves when a signal has stopped the agent. */
function stopOnSignals(agent: Agent, output: Output): Promise<void> {
  return new Promise((resolve, reject) => {
    onStopSignal(() => {
      output.draining(GRACE_MS);
      agent.stop({ graceMs: GRACE_MS }).then(resolve, reject);
    });
  });
}
