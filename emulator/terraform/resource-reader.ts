import { Block, type Kind, type Place, type Reading, type ValueOf } from './block';
import type { Resolver } from './resolver';
import type { Resource, Stack } from './stack';
import { TerraformError } from './terraform-error';

/** Reads values with their references resolved, and refuses a value of another kind. Error messages name the address and the attribute. */
class ResolvedReading implements Reading {
  constructor(private readonly resolver: Resolver) {}

  known(value: unknown): unknown {
    return value;
  }

  resolve(value: unknown, { address, path }: Place): unknown {
    return this.resolver.resolve(value, `${address}.${path}`);
  }

  convert<K extends Kind>(value: unknown, kind: K, place: Place): ValueOf<K> {
    if (typeof value === kind) return value as ValueOf<K>;
    throw this.problem(`is not a ${kind}: ${JSON.stringify(value)}`, place);
  }

  problem(what: string, { address, path }: Place): TerraformError {
    return new TerraformError(`${address}.${path} ${what}`);
  }
}

/** The resources of a stack, by type. */
export class ResourceReader {
  private readonly read = new Set<string>();
  private readonly reading: Reading;

  constructor(
    readonly stack: Stack,
    private readonly resolver: Resolver,
  ) {
    this.reading = new ResolvedReading(resolver);
  }

  all(type: string): Block[] {
    this.read.add(type);
    return this.stack.resources.filter((resource) => resource.type === type).map((resource) => this.asBlock(resource));
  }

  /** Resources of types that no reader has asked for. */
  unread(): Resource[] {
    return this.stack.resources.filter(({ type }) => !this.read.has(type));
  }

  asBlock(resource: Resource): Block {
    return new Block(resource.address, resource.attributes, this.reading);
  }

  /** An attribute that AWS computes. */
  computed(block: Block, attribute: string): string {
    return this.resolver.resolve(`\${${block.address}.${attribute}}`, block.address) as string;
  }
}
