import { bootServices, type CloudOptions, type Services } from './boot-services';
import type { Closeable } from './services';
import { TerraformError } from './terraform/terraform-error';

/**
 * The tunnel's AWS on one machine, booted from a synthesized stack: what the stack says is what runs. Functions run as
 * their real bundles and reach everything else through the AWS SDK; none of them knows that it is local.
 */
export class LocalCloud implements Closeable {
  private constructor(
    /** What runs, for those who look on: tests, a console, a benchmark. */
    readonly services: Services,
    private readonly parts: readonly Closeable[],
  ) {}

  /**
   * Boots everything the stack asks for.
   * @throws TerraformError, AlarmBootError, LambdaBootError, GatewayBootError, EventsBootError, EventPatternError or IamBootError for what cannot run, by its
   * address; nothing is left running then
   */
  static async boot(options: CloudOptions): Promise<LocalCloud> {
    const parts: Closeable[] = [];
    try {
      const services = await bootServices(options, (part) => {
        parts.push(part);
        return part;
      });
      return new LocalCloud(services, parts);
    } catch (error) {
      await closeAll(parts);
      throw error;
    }
  }

  /** Where visitors reach tunnels: `http://127.0.0.1:8080`. */
  get visitorUrl(): string {
    return this.output('visitor_url');
  }

  /** What agents connect to. */
  get agentEndpoint(): string {
    return this.output('agent_endpoint');
  }

  /**
   * Opens a port that sends every Host to one tunnel.
   * @param port 0 for any free one
   * @returns the port
   */
  async pin(tunnelName: string, port: number): Promise<number> {
    const domain = this.services.spec.functions.map(({ environment }) => environment['TUNNEL_DOMAIN']).find((value) => value !== undefined);
    if (domain === undefined) throw new TerraformError('the stack has no tunnel domain, so a port cannot stand for a tunnel: set tunnelDomain');
    return (await this.services.edge.listen(port, '127.0.0.1', { forcedHost: `${tunnelName}.${domain}` })).port;
  }

  close(): Promise<void> {
    return closeAll(this.parts);
  }

  private output(name: string): string {
    const value = this.services.spec.outputs[name];
    if (value === undefined) throw new TerraformError(`the stack has no output "${name}"`);
    return value;
  }
}

/** Last started first: whoever calls ends before whom it calls. */
async function closeAll(parts: readonly Closeable[]): Promise<void> {
  for (const part of [...parts].reverse()) await part.close();
}
