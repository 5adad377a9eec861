/**
 * The agent of this project in a process of its own, which the lab can kill, stop, and give a wrong wall clock. It is the agent's
 * library, because the command has no options for the times of the protocol, which the lab divides.
 */
import { Agent, type AgentOptions } from '../../agent';

/** What the lab sends to the process. */
export type ToAgent = { readonly start: AgentOptions } | { readonly offsetMs: number } | { readonly stop: true } | { readonly count: true };
/** What the process sends to the lab. */
export type FromAgent = { readonly connected: string } | { readonly ended: string } | { readonly streams: number };

const GRACE_MS = 3000;

const rightNow = Date.now;
let offsetMs = 0;
Date.now = () => rightNow() + offsetMs;

let agent: Agent | undefined;
const tell = (message: FromAgent): void => void process.send?.(message);

process.on('message', (message: ToAgent) => {
  if ('offsetMs' in message) offsetMs = message.offsetMs;
  else if ('stop' in message) void agent?.stop({ graceMs: GRACE_MS }).then(() => process.exit(0));
  else if ('count' in message) tell({ streams: agent?.openStreams ?? 0 });
  else start(message.start);
});
process.on('disconnect', () => process.exit(0));

function start(options: AgentOptions): void {
  agent = new Agent(options);
  agent.on('connected', ({ tunnelId }) => tell({ connected: tunnelId }));
  agent.start().catch((error: Error) => {
    tell({ ended: error.message });
    process.exit(1);
  });
}
