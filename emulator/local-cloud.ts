import type { Cloud } from './cloud-service';
import type { CloudOptions } from './cloud-options';
import { checkNames } from './faults/check-names';
import { faultHooks } from './faults/fault-hooks';
import { Faults, NO_FAULTS } from './faults/faults';
import { GatewayPorts } from './gateway/gateway-ports';
import { LambdaLink } from './lambda/lambda-link';
import { latencyHooks } from './latency/latency-hooks';
import { AWS_LIMITS } from './limits';
import { newOperator } from './operator';
import { SERVICES } from './aws-services';
import type { Closeable, Principal, Principals } from './services';
import type { CloudSpec } from './specs';
import { ResourceNames } from './terraform/resource-names';
import { readStack } from './terraform/stack';
import { TerraformError } from './terraform/terraform-error';

/** The running services. */
export type Services = Awaited<ReturnType<typeof SERVICES.start>> & {
  readonly spec: CloudSpec;
  /** The running fault plan: switches faults on and off, and counts them. */
  readonly faults: Faults;
  /** The principal for AWS calls from outside the functions. */
  readonly operator: Principal;
};

/**
 * AWS on one machine, booted from a synthesized stack: the local cloud runs the resources that the stack declares.
 * Functions run from their real bundles and reach all services through the AWS SDK, as on AWS.
 *
 * @example
 * const cloud = await LocalCloud.boot({ stackFile, account, variables: {}, httpPort: 8080, log: console.log, warn: console.warn });
 * await fetch('http://127.0.0.1:8080/');
 * await cloud.close();
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
   * resource that cannot run, with its Terraform address; all services that were started are closed
   */
  static async boot(options: CloudOptions): Promise<LocalCloud> {
    const parts: Closeable[] = [];
    const started = <P extends Closeable>(part: P): P => {
      parts.push(part);
      return part;
    };
    try {
      return new LocalCloud(await startServices(options, started), parts);
    } catch (error) {
      await closeAll(parts);
      throw error;
    }
  }

  /**
   * The value of one of the stack's outputs.
   * @throws TerraformError if the stack has no such output
   */
  output(name: string): string {
    const value = this.services.spec.outputs[name];
    if (value === undefined) throw new TerraformError(`the stack has no output "${name}": add the output in modules/`);
    return value;
  }

  close(): Promise<void> {
    return closeAll(this.parts);
  }
}

async function startServices(options: CloudOptions, started: Cloud['started']): Promise<Services> {
  const { account, variables, limits = AWS_LIMITS, faults: plan = NO_FAULTS } = options;
  const { region, accountId } = account;
  const stack = readStack(options.stackFile);
  const hasFunctionUrl = stack.resources.some(({ type }) => type === 'aws_lambda_function_url');
  const ports = started(await GatewayPorts.open(options.httpPort, limits, hasFunctionUrl ? (options.streamPort ?? 0) : undefined));
  const spec = SERVICES.read(stack, { region, accountId, variables, endpoints: ports.endpoints });
  checkNames(plan, spec);
  const faults = new Faults(plan, new ResourceNames(spec));
  const functions = new LambdaLink();
  const operator = newOperator(accountId);
  const principals: Principals = {
    find: (id, token) => (id === operator.accessKeyId ? operator : functions.find(id, token)),
  };
  const offers = await SERVICES.start({
    options,
    spec,
    region,
    accountId,
    limits,
    log: { warn: options.warn },
    ports,
    functions,
    operator,
    principals,
    apis: {},
    access: SERVICES.access,
    faults,
    faultHooks: faultHooks(faults, { spec, kill: (environmentId) => functions.kill(environmentId) }),
    latencyHooks: latencyHooks(options.latency),
    started,
  });
  return { ...offers, spec, faults, operator };
}

/** Closes the last started part first: a caller closes before the services that it calls. */
async function closeAll(parts: readonly Closeable[]): Promise<void> {
  for (const part of [...parts].reverse()) await part.close();
}
