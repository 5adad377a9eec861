import { bootServices, type CloudOptions, type Services } from './boot-services';
import type { Closeable } from './services';
import { TerraformError } from './terraform/terraform-error';

/**
 * AWS on one machine, booted from a synthesized stack: what the stack says is what runs. Functions run as
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

  /**
   * The value of one of the stack's outputs.
   * @throws TerraformError where the stack has no such output
   */
  output(name: string): string {
    const value = this.services.spec.outputs[name];
    if (value === undefined) throw new TerraformError(`the stack has no output "${name}"`);
    return value;
  }

  close(): Promise<void> {
    return closeAll(this.parts);
  }
}

/** Last started first: whoever calls ends before whom it calls. */
async function closeAll(parts: readonly Closeable[]): Promise<void> {
  for (const part of [...parts].reverse()) await part.close();
}
