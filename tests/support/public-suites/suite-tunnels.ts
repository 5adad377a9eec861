import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';
import type { Agent } from '../../../agent';
import type { LocalTarget } from '../../../agent/local-target';
import type { Closeable } from '../../../emulator/services';
import { startCloud, type CloudUnderTest } from '../tunnel';

/** Some tests let a server wait until its client is gone, of which a local service hears nothing. Without this limit each takes 25 s. */
const REQUEST_TIMEOUT_MS = 5000;

/** A local cloud that opens a tunnel for each server of a suite. Its requests come by a socket, from the processes of the suite. */
export class SuiteTunnels implements Closeable {
  private opened = 0;
  private answered = 0;

  private constructor(
    private readonly cloud: CloudUnderTest,
    private readonly server: net.Server,
  ) {
    server.on('connection', (socket) => this.serve(socket));
    cloud.cloud.services.edge.events.on('response', () => this.answered++);
  }

  static async start(): Promise<SuiteTunnels> {
    const cloud = await startCloud({ mode: 'direct' });
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SuiteTunnels(cloud, server);
  }

  /** Where processes ask for tunnels. */
  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  /** Requests that visitors sent and that were answered. */
  get visits(): number {
    return this.answered;
  }

  async close(): Promise<void> {
    this.server.close();
    await this.cloud.close();
  }

  /** Opens the tunnels that one process asks for. They end with it. */
  private serve(socket: net.Socket): void {
    const agents: Agent[] = [];
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => {
      const target = JSON.parse(line) as LocalTarget;
      void this.open(target).then(({ agent, pinned }) => {
        if (socket.destroyed) return void agent.stop({ graceMs: 0 });
        agents.push(agent);
        socket.write(`${JSON.stringify({ server: target.port, pinned })}\n`);
      });
    });
    // A process may end before it has its answer.
    lines.on('error', () => undefined);
    socket.on('close', () => agents.forEach((agent) => void agent.stop({ graceMs: 0 })));
  }

  private async open(target: LocalTarget): Promise<{ readonly agent: Agent; readonly pinned: number }> {
    const name = `suite-${++this.opened}`;
    // Each tunnel has an owner of its own, because an owner's agents may connect only so often.
    const agent = await this.cloud.agent({ name, target, requestTimeoutMs: REQUEST_TIMEOUT_MS }, name);
    const { port } = await this.cloud.cloud.services.edge.listen(0, '127.0.0.1', { domainName: `${name}.localhost` });
    return { agent, pinned: port };
  }
}
