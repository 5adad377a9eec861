import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environments, type Environment, type EnvironmentName } from '../../environments';
import { stackTexts } from './stack-texts';

export const environmentNames = Object.keys(environments) as EnvironmentName[];
export { functionNames, stubBundles } from './stub-bundles';

export type Attributes = Record<string, unknown>;
type ByName = Record<string, Attributes>;

interface StackJson {
  readonly resource: Record<string, ByName>;
  readonly data?: unknown;
  readonly output: ByName;
  readonly variable?: ByName;
  readonly terraform: Attributes & { readonly backend: ByName };
  readonly provider: { readonly aws: readonly Attributes[] };
}

/** Matches `${...}`; the group has the text between the braces. */
const INTERPOLATION = /\$\{([^}]*)\}/g;

/** A synthesized stack, as text and parsed. */
export class InfraStack {
  readonly json: StackJson;

  constructor(readonly text: string) {
    this.json = JSON.parse(text) as StackJson;
  }

  /** Terraform addresses of all resources, sorted. */
  get addresses(): string[] {
    return Object.entries(this.json.resource)
      .flatMap(([type, byName]) => Object.keys(byName).map((name) => `${type}.${name}`))
      .sort();
  }

  /** @param address `aws_lambda_function.sweep` */
  resource(address: string): Attributes {
    const [type = '', name = ''] = address.split('.');
    const attributes = this.json.resource[type]?.[name];
    if (!attributes) throw new Error(`the stack has no ${address}; it has ${this.addresses.join(', ')}`);
    const { '//': _metadata, ...rest } = attributes;
    return rest;
  }

  resources(type: string): [address: string, attributes: Attributes][] {
    return Object.keys(this.json.resource[type] ?? {}).map((name) => [`${type}.${name}`, this.resource(`${type}.${name}`)]);
  }

  /** The text between the braces of every interpolation. */
  get interpolations(): string[] {
    return [...this.text.matchAll(INTERPOLATION)].map(([, inside]) => inside ?? '');
  }

  /** Addresses that a resource refers to or names in `depends_on`. */
  dependencies(address: string): string[] {
    const attributes = this.resource(address);
    const references = [...JSON.stringify(attributes).matchAll(INTERPOLATION)].map(([, inside]) => inside ?? '');
    const named = (attributes['depends_on'] as string[] | undefined) ?? [];
    return [...references, ...named].filter((reference) => !reference.startsWith('var.')).map(toAddress);
  }

  /** Addresses of everything that Terraform makes before a resource. */
  closure(address: string): ReadonlySet<string> {
    const found = new Set<string>();
    const open = [address];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const needed of this.dependencies(next)) if (!found.has(needed)) open.push((found.add(needed), needed));
    }
    return found;
  }
}

/** `aws_sqs_queue.failures.arn` → `aws_sqs_queue.failures`, also if the reference is in a function call. */
export const toAddress = (reference: string): string => reference.replace(/^.*\(/, '').split('.').slice(0, 2).join('.');

/** Runs `use` with a new directory, and removes the directory afterwards. */
export function inTemporaryDirectory<T>(use: (directory: string) => T): T {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-infra-'));
  try {
    return use(directory);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** The environments on AWS. Each has an account with a bootstrap stack. */
export const awsEnvironmentNames = environmentNames.filter((name) => environments[name].backend.kind === 's3');

const synthesized = new Map<string, InfraStack>();

function remember(key: string, synthesizeIt: () => InfraStack): InfraStack {
  const stack = synthesized.get(key) ?? synthesizeIt();
  synthesized.set(key, stack);
  return stack;
}

/** The stack of an environment with its settings in `environments/`. */
export const stackOf = (name: EnvironmentName): InfraStack => remember(name, () => synthesizeStack(environments[name]));

/** The bootstrap stack of the account of an environment. */
export const bootstrapOf = (name: EnvironmentName): InfraStack =>
  remember(`bootstrap ${name}`, () => synthesizeBootstrap(environments[name]));

/** The environment `prod` with its own domain. */
export const prodWithDomain: Environment = {
  ...environments.prod,
  tunnelDomain: 'tunnels.example.com',
  hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },
};

/** The environment `prod` with a streaming door. */
export const prodWithDoor: Environment = { ...environments.prod, streamingDoor: true };

export const synthesizeStack = (environment: Environment): InfraStack => read(environment.name, { [environment.name]: environment });

/** The bootstrap stack of the account that these environments share. */
export const synthesizeBootstrap = (...sharing: [Environment, ...Environment[]]): InfraStack =>
  read(`bootstrap-${sharing[0].accountId}`, Object.fromEntries(sharing.map((environment) => [environment.name, environment])));

function read(stackName: string, sources: Record<string, Environment>): InfraStack {
  const text = stackTexts(sources)[stackName];
  if (text === undefined) throw new Error(`there is no stack ${stackName}`);
  return new InfraStack(text);
}
