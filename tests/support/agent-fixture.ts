import { Agent, type AgentOptions, type Timing } from '../../agent';
import { FakeGateway } from './agent-fake-gateway';

export const TEST_TOKEN = 'canary.token-3f9a';

/**
 * Fixed delays are short. Time-outs that wait for the other side are so long that they end only if the other side hangs, even on a
 * busy machine. A test of a time-out sets the time itself.
 */
const PATIENT: Partial<Timing> = {
  backoffBaseMs: 10,
  backoffCapMs: 50,
  lingerMs: 20,
  stopLingerMs: 0,
  lastAckMs: 500,
  resendMs: 60_000,
  closeMs: 60_000,
  readyRetryMs: 60_000,
};

/** Gateways, agents and servers of one test file. Call `closeAll` in `afterEach`. */
export class AgentFixture {
  private readonly closers: (() => Promise<unknown>)[] = [];

  /** Registers something for `closeAll`, which closes in the reverse order. */
  keep<T extends { close(): Promise<unknown> }>(closeable: T): T {
    this.closers.push(() => closeable.close());
    return closeable;
  }

  async gateway(): Promise<FakeGateway> {
    return this.keep(await FakeGateway.start());
  }

  /** An agent that is not started. */
  agent(gateway: FakeGateway, port: number, options: Partial<AgentOptions> = {}): Agent {
    const agent = new Agent({
      endpoint: gateway.url,
      token: TEST_TOKEN,
      target: { port },
      ...options,
      timing: { ...PATIENT, ...options.timing },
    });
    this.closers.push(() => agent.stop({ graceMs: 0 }));
    return agent;
  }

  async connected(gateway: FakeGateway, port: number, options: Partial<AgentOptions> = {}): Promise<Agent> {
    const agent = this.agent(gateway, port, options);
    await agent.start();
    return agent;
  }

  async closeAll(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }
}
