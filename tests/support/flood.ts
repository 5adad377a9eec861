import { once } from 'node:events';
import { eventually } from './eventually';
import type { MinimalAgent } from './minimal-agent';

/** A small budget, which sequential pings spend on a slow machine too. */
export const SMALL_BUDGET = { burst: 20, ratePerSecond: 1 };
/** Many more messages than the budget. */
const MANY = 200;

/** Sends pings, one after the other, until the cloud closes the connection. @returns whether the cloud closed it */
export async function flood(agent: MinimalAgent): Promise<boolean> {
  let isClosed = false;
  const closed = once(agent.socket, 'close').then(() => (isClosed = true));
  for (let sent = 0; sent < MANY && !isClosed; sent++) {
    const before = agent.received.length;
    agent.send({ type: 'ping' });
    await Promise.race([closed, eventually(() => expect(agent.received.length).toBeGreaterThan(before))]);
  }
  return isClosed;
}
