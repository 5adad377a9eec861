/** The agent as a library. The library emits events where `http-tunnel` prints lines. */
export { Agent, type AgentEvents, type Disconnection, type TunnelAddress } from './agent';
export {
  AgentOptionError,
  AgentStoppedError,
  ConnectionError,
  LocalServiceError,
  TunnelRefusedError,
  TunnelTakenOverError,
} from './errors';
export type { AgentOptions } from './options';
export { accessFrom, accessWarnings, addAccessOptions, type AccessFlags } from './access-flags';
export { checkAccess, type AccessOptions } from './visitor-access';
export { streamText, type RequestSummary, type StreamBeginning } from './request-summary';
export { onStopSignal } from './stop-signals';
export { DEFAULT_TIMING, type Timing } from './timing';
