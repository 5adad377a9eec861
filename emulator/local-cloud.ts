import { bootServices, type CloudOptions, type Services } from './boot-services';
import type { Closeable } from './services';
import { TerraformError } from './terraform/terraform-error';

/**
 * AWS on one machine, booted from a synthesized stack: the local cloud runs the resources that the stack declares.
 * Functions run from their real bundles and reach all services through the AWS SDK, as on AWS.
 */
export class LocalCloud implements Closeable {
  private constructor(
    /** The running services, for observers: tests, a console, a benchmark. */
    readonly services: Services,
    private readonly parts: readonly Closeable[],
  ) {}

  /**
   * Boots everything the stack asks for.
   * @throws TerraformError, AlarmBootError, LambdaBootError, GatewayBootError, EventsBootError, EventPatternError or IamBootError for a
   * resource that cannot run, with its Terraform address; nothing is left running then
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

/** Closes the last started part first: a caller closes before the services that it calls. */
async function closeAll(parts: readonly Closeable[]): Promise<void> {
  for (const part of [...parts].reverse()) await part.close();
}
