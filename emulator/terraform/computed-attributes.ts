import type { ComputedAttribute } from './resolver';

/** The addresses of the local cloud's entry points. On AWS these are host names of API Gateway and Lambda. */
export interface Endpoints {
  /** `http://127.0.0.1:8080` */
  readonly visitors: string;
  /** `ws://127.0.0.1:8081`; the API's id and stage follow in the path. */
  readonly webSockets: string;
  /** `http://127.0.0.1:8082`; undefined for a stack without a function URL. */
  readonly functionUrl?: string;
}

export interface Account {
  readonly region: string;
  readonly accountId: string;
}

/** The values from which the attribute is computed. */
export interface AttributeSource extends Account {
  /** Terraform address of the resource. */
  readonly address: string;
  readonly endpoints: Endpoints;
  /** A configured attribute of the resource, resolved; empty if the stack does not set the attribute. */
  readonly own: (name: string) => string;
  /** `arn('sqs', 'failures')`: an ARN in the stack's region and account. */
  readonly arn: (service: string, rest: string) => string;
}

/** Attributes that AWS computes: by resource type, then by the name of the attribute. */
export type ComputedAttributes = Readonly<Record<string, Readonly<Record<string, (source: AttributeSource) => string>>>>;

/** AWS assigns the ids of most resources. In the local cloud the address is the id. */
const ADDRESS_AS_ID: ComputedAttributes[string] = { id: ({ address }) => address };

export function computedAttributes(known: ComputedAttributes, account: Account, endpoints: Endpoints): ComputedAttribute {
  const { region, accountId } = account;
  return (resource, attribute, resolve) => {
    const compute = (known[resource.type] ?? ADDRESS_AS_ID)[attribute];
    return compute?.({
      region,
      accountId,
      endpoints,
      address: resource.address,
      own: (name) => (resolve(resource.attributes[name]) ?? '') as string,
      arn: (service, rest) => `arn:aws:${service}:${region}:${accountId}:${rest}`,
    });
  };
}
