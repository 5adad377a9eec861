import type { Cloud, CloudService } from './cloud-service';
import type { AccessOf } from './iam/required-access';
import { onePolicyEach } from './iam/read-policies';
import type { ServiceApi } from './services';
import type { CloudSpec } from './specs';
import { computedAttributes, type Account, type ComputedAttributes, type Endpoints } from './terraform/computed-attributes';
import { Resolver } from './terraform/resolver';
import { ResourceReader } from './terraform/resource-reader';
import type { Stack } from './terraform/stack';
import { TerraformError } from './terraform/terraform-error';

export interface ReadOptions extends Account {
  readonly endpoints: Endpoints;
  readonly variables: Readonly<Record<string, string>>;
}

/** What services read from the stack, except for the fields that many services fill. */
type OwnSpec = Partial<Omit<CloudSpec, 'region' | 'accountId' | 'outputs' | 'resourcePolicies' | 'encryptionKeys'>>;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `with` has checked the types; at run time all services are alike
type AnyService = CloudService<object, any, any>;

/**
 * Services in the order in which they start. The compiler checks the order: what a service needs, services above it must offer.
 *
 * @example new ServiceList().with(iam).with(sqs)
 */
export class ServiceList<Spec extends object = object, Offers extends object = object> {
  constructor(private readonly services: readonly AnyService[] = []) {}

  with<S extends OwnSpec, O extends object>(service: CloudService<S, Offers, O>): ServiceList<Spec & S, Offers & O> {
    return new ServiceList([...this.services, service]);
  }

  /** The rights that calls need, by the prefix of the API. */
  get access(): Readonly<Record<string, AccessOf>> {
    return merged(this.services.map(({ access }) => access));
  }

  /**
   * Reads a stack: every service reads its part.
   * @throws TerraformError for a resource type that no service knows, and for a resource that the local cloud cannot run
   */
  read(stack: Stack, options: ReadOptions): Spec & Omit<CloudSpec, keyof OwnSpec> {
    const known: ComputedAttributes = merged(this.services.map(({ attributes }) => attributes));
    const resolver = new Resolver(stack, computedAttributes(known, options, options.endpoints), options.variables);
    const reader = new ResourceReader(stack, resolver);
    const spec = Object.assign({}, ...this.services.map(({ read }) => read?.(reader))) as Spec;
    const resourcePolicies = onePolicyEach(this.services.flatMap(({ readPolicies }) => readPolicies?.(reader) ?? []));
    const encryptionKeys = Object.fromEntries(this.services.flatMap(({ readKeys }) => readKeys?.(reader) ?? []));
    this.refuseUnknown(reader);
    const outputs = Object.entries(stack.outputs).map(([name, { value }]) => [name, resolver.resolve(value, `output.${name}`)]);
    const { region, accountId } = options;
    return { ...spec, region, accountId, resourcePolicies, encryptionKeys, outputs: Object.fromEntries(outputs) as CloudSpec['outputs'] };
  }

  /**
   * Starts the services, one after the other.
   * @param cloud `apis` must be empty: the API of each service is added when the service has started
   * @returns what all services offer
   */
  async start(cloud: Cloud & { readonly apis: Record<string, ServiceApi> }): Promise<Offers> {
    const offers = {};
    for (const { start, api } of this.services) {
      Object.assign(offers, await start({ ...cloud, ...offers }));
      Object.assign(cloud.apis, api?.({ ...cloud, ...offers }));
    }
    for (const { begin } of this.services) begin?.({ ...cloud, ...offers });
    return offers as Offers;
  }

  private refuseUnknown(reader: ResourceReader): void {
    const withoutEffect = merged(this.services.map((service) => service.withoutEffect));
    const unknown = reader.unread().find(({ type }) => !(type in withoutEffect));
    if (!unknown) return;
    throw new TerraformError(
      `${unknown.address}: the local cloud does not know ${unknown.type}. Let the service in emulator/<service>/service.ts read the type, or list the type there as withoutEffect`,
    );
  }
}

function merged<T>(records: readonly (Readonly<Record<string, T>> | undefined)[]): Record<string, T> {
  return Object.assign({}, ...records) as Record<string, T>;
}
