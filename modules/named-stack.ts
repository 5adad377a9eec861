import { TerraformStack, TerraformElement } from 'cdktf';
import type { Node } from 'constructs';

/** Two elements whose construct paths give the same Terraform name. */
export class AddressCollisionError extends Error {
  override readonly name = 'AddressCollisionError';
}

/**
 * A stack whose Terraform names are the construct ids along the path, joined by `-`: `agent-gateway` / `connect-route` becomes
 * `agent-gateway-connect-route`, and `Default` adds nothing. CDKTF's own names end in a hash, which tells a reader of a plan nothing.
 */
export class NamedStack extends TerraformStack {
  private readonly owners = new Map<string, string>();

  /** @throws AddressCollisionError */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = TerraformElement.isTerraformElement(element) ? element.node : element;
    const ids = node.scopes.slice(node.scopes.indexOf(this) + 1).map((construct) => construct.node.id);
    const name = ids.filter((id) => id !== 'Default').join('-');
    const type = TerraformElement.isTerraformElement(element) ? element.constructor.name : '';
    this.claim(`${type} ${name}`, node.path);
    return name;
  }

  private claim(name: string, path: string): void {
    const owner = this.owners.get(name) ?? path;
    if (owner !== path) throw new AddressCollisionError(`${owner} and ${path} share the address "${name}": rename one of them`);
    this.owners.set(name, path);
  }
}
