import type { Resolver } from './resolver';
import type { Attributes, Resource, Stack } from './stack';
import { TerraformError } from './terraform-error';

/** One block of a resource, with typed access to its resolved attributes. Every error message has the address and the attribute. */
export class Block {
  constructor(
    readonly address: string,
    private readonly attributes: Attributes,
    private readonly resolver: Resolver,
  ) {}

  /** @throws TerraformError when the attribute is missing */
  text(name: string): string {
    return this.optionalText(name) ?? this.missing(name);
  }

  optionalText(name: string): string | undefined {
    return this.typed(name, 'string') as string | undefined;
  }

  /** @throws TerraformError when the attribute is missing */
  number(name: string): number {
    return this.optionalNumber(name) ?? this.missing(name);
  }

  optionalNumber(name: string): number | undefined {
    return this.typed(name, 'number') as number | undefined;
  }

  flag(name: string): boolean {
    return (this.typed(name, 'boolean') as boolean | undefined) ?? false;
  }

  texts(name: string): string[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value)) throw new TerraformError(`${this.address}.${name} is not a list`);
    return value as string[];
  }

  map(name: string): Record<string, string> {
    return (this.value(name) ?? {}) as Record<string, string>;
  }

  /** Parses an attribute that contains JSON. @throws TerraformError when the attribute is not JSON */
  json(name: string): unknown {
    return parseJson(this.text(name), `${this.address}.${name}`);
  }

  has(name: string): boolean {
    return this.attributes[name] !== undefined;
  }

  /** Nested blocks: Terraform's JSON writes a single one as an object or as a list of one. */
  blocks(name: string): Block[] {
    const value = this.attributes[name];
    const items = value === undefined ? [] : Array.isArray(value) ? value : [value];
    return items.map((item) => new Block(`${this.address}.${name}`, item as Attributes, this.resolver));
  }

  block(name: string): Block | undefined {
    return this.blocks(name)[0];
  }

  private value(name: string): unknown {
    return this.resolver.resolve(this.attributes[name], `${this.address}.${name}`);
  }

  private typed(name: string, type: 'string' | 'number' | 'boolean'): unknown {
    const value = this.value(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== type) throw new TerraformError(`${this.address}.${name} is not a ${type}: ${JSON.stringify(value)}`);
    return value;
  }

  private missing(name: string): never {
    throw new TerraformError(`${this.address} has no ${name}`);
  }
}

/** The resources of a stack, by type. */
export class ResourceReader {
  private readonly read = new Set<string>();

  constructor(
    readonly stack: Stack,
    readonly resolver: Resolver,
  ) {}

  all(type: string): Block[] {
    this.read.add(type);
    return this.stack.resources.filter((resource) => resource.type === type).map((resource) => this.asBlock(resource));
  }

  /** Resources of types that no reader has asked for. */
  unread(): Resource[] {
    return this.stack.resources.filter(({ type }) => !this.read.has(type));
  }

  asBlock(resource: Resource): Block {
    return new Block(resource.address, resource.attributes, this.resolver);
  }

  /** An attribute that AWS computes. */
  computed(block: Block, attribute: string): string {
    return this.resolver.resolve(`\${${block.address}.${attribute}}`, block.address) as string;
  }
}

export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TerraformError(`${where} is not JSON: ${(error as Error).message}`);
  }
}
