import type { Capability, NoticeMessage } from '../../protocol';
import type { ReplacedConnection } from './tunnel';

const NOTICES: Capability = 'notices';

/**
 * What to tell the connection that a new one has replaced. Undefined when both are of the same agent, which replaces its connection now and
 * then, and for an agent that does not know notices or does not say which agent it is.
 * @param newAgentId the agent of the new connection; undefined for an older agent
 */
export function replacedNotice(replaced: ReplacedConnection, tunnelId: string, newAgentId: string | undefined): NoticeMessage | undefined {
  const { agentId, capabilities } = replaced;
  if (agentId === undefined || agentId === newAgentId || !capabilities.includes(NOTICES)) return undefined;
  return { type: 'notice', code: 'taken_over', message: `another agent of the same owner has taken over tunnel "${tunnelId}"` };
}
