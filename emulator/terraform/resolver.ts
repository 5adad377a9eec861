import type { Resource, Stack } from './stack';
import { TerraformError } from './terraform-error';

/** Returns the value that AWS would compute for an attribute (`arn`, `invoke_url` …); `undefined` for an unknown attribute. */
export type ComputedAttribute = (resource: Resource, attribute: string, resolve: (value: unknown) => unknown) => unknown;

const REFERENCE = /\$\{([^}]*)\}/g;
const RESOURCE_ATTRIBUTE = /^([a-z0-9_]+)\.([\w-]+)\.([a-z0-9_]+)$/;
const VARIABLE = /^var\.([\w-]+)$/;

/**
 * Resolves the references in a stack: `${type.name.attribute}` and `${var.name}`, alone or within text. Terraform's
 * functions and expressions are not evaluated; a stack for the local cloud must not use them.
 */
export class Resolver {
  private readonly byAddress: ReadonlyMap<string, Resource>;
  /** References that are being resolved: a cycle then gives an error message instead of a stack overflow. */
  private readonly open = new Set<string>();

  constructor(
    private readonly stack: Stack,
    private readonly computed: ComputedAttribute,
    /** Values of the stack's variables, as Terraform takes them from `TF_VAR_name`. */
    private readonly variables: Readonly<Record<string, string>>,
  ) {
    this.byAddress = new Map(stack.resources.map((resource) => [resource.address, resource]));
  }

  /** Replaces every reference in a value. @param where address and attribute, for error messages */
  resolve(value: unknown, where: string): unknown {
    if (typeof value === 'string') return this.resolveText(value, where);
    if (Array.isArray(value)) return value.map((item) => this.resolve(item, where));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolve(item, `${where}.${key}`)]));
    }
    return value;
  }

  private resolveText(text: string, where: string): unknown {
    const whole = /^\$\{([^}]*)\}$/.exec(text);
    if (whole) return this.lookUp(whole[1] ?? '', where);
    // "$${" is how Terraform writes a literal "${".
    return text
      .split('$${')
      .map((part) => part.replace(REFERENCE, (_, expression: string) => asText(this.lookUp(expression, where))))
      .join('${');
  }

  private lookUp(expression: string, where: string): unknown {
    const variable = VARIABLE.exec(expression)?.[1];
    if (variable !== undefined) return this.variable(variable, where);
    const [, type, name, attribute] = RESOURCE_ATTRIBUTE.exec(expression) ?? [];
    if (type === undefined || name === undefined || attribute === undefined) {
      throw new TerraformError(
        `${where} uses \${${expression}}: the local cloud resolves references only, no functions or expressions; compute the value in modules/`,
      );
    }
    return this.attribute(`${type}.${name}`, attribute, where);
  }

  private variable(name: string, where: string): unknown {
    const value = this.variables[name] ?? this.stack.variables[name]?.default;
    if (value === undefined) throw new TerraformError(`${where} needs the variable "${name}": set TF_VAR_${name}`);
    return value;
  }

  private attribute(address: string, attribute: string, where: string): unknown {
    const resource = this.byAddress.get(address);
    if (!resource)
      throw new TerraformError(`${where} refers to ${address}, which the stack does not have: correct the reference in modules/`);
    const reference = `${address}.${attribute}`;
    if (this.open.has(reference))
      throw new TerraformError(`${where} refers to itself through ${reference}: remove the circular reference in modules/`);
    this.open.add(reference);
    try {
      const resolve = (value: unknown): unknown => this.resolve(value, reference);
      const value = this.computed(resource, attribute, resolve) ?? resolve(resource.attributes[attribute]);
      if (value === undefined) {
        throw new TerraformError(
          `${where} refers to ${reference}, which the local cloud does not know; add the attribute to the service's attributes in emulator/<service>/service.ts`,
        );
      }
      return value;
    } finally {
      this.open.delete(reference);
    }
  }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
