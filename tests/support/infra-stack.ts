import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environments, type Environment, type EnvironmentName } from '../../environments';
import { FUNCTION_SETTINGS, type FunctionName } from '../../functions/settings';
import { synthesize } from '../../modules/synthesize';

export const environmentNames = Object.keys(environments) as EnvironmentName[];
export const functionNames = Object.keys(FUNCTION_SETTINGS) as FunctionName[];

export type Attributes = Record<string, unknown>;
type ByName = Record<string, Attributes>;

interface StackJson {
  readonly resource: Record<string, ByName>;
  readonly data?: unknown;
  readonly output: ByName;
  readonly variable: ByName;
  readonly terraform: Attributes & { readonly backend: ByName };
  readonly provider: { readonly aws: readonly Attributes[] };
}

/** `${...}` in a text, without its braces. */
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
    return Object.keys(this.json.resource[type] ?? {}).map((name) => [
      `${type}.${name}`,
      this.resource(`${type}.${name}`),
    ]);
  }

  /** What is between the braces of every interpolation. */
  get interpolations(): string[] {
    return [...this.text.matchAll(INTERPOLATION)].map(([, inside]) => inside ?? '');
  }

  /** Addresses that a resource refers to or names in `depends_on`. */
  dependencies(address: string): string[] {
    const attributes = this.resource(address);
    const references = [...JSON.stringify(attributes).matchAll(INTERPOLATION)].map(
      ([, inside]) => inside ?? '',
    );
    const named = (attributes['depends_on'] as string[] | undefined) ?? [];
    return [...references, ...named].filter((reference) => !reference.startsWith('var.')).map(toAddress);
  }
}

/** `aws_sqs_queue.failures` of `aws_sqs_queue.failures.arn`. */
export const toAddress = (reference: string): string => reference.split('.').slice(0, 2).join('.');

/** A directory with a zip for every function; their content does not matter to a stack. */
export function stubBundles(directory: string): string {
  fs.mkdirSync(directory, { recursive: true });
  for (const name of functionNames) fs.writeFileSync(path.join(directory, `${name}.zip`), `zip of ${name}`);
  return directory;
}

/** Runs something with a directory of its own, which is gone afterwards. */
export function inTemporaryDirectory<T>(use: (directory: string) => T): T {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-infra-'));
  try {
    return use(directory);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

const synthesized = new Map<EnvironmentName, InfraStack>();

/** The stack of an environment as it is in `environments/`. */
export function stackOf(name: EnvironmentName): InfraStack {
  const stack = synthesized.get(name) ?? synthesizeStack(environments[name]);
  synthesized.set(name, stack);
  return stack;
}

export function synthesizeStack(environment: Environment): InfraStack {
  return inTemporaryDirectory((directory) => {
    const bundles = stubBundles(path.join(directory, 'bundles'));
    const [stack] = synthesize({
      environments: { [environment.name]: environment },
      outdir: directory,
      bundles,
    });
    return new InfraStack(fs.readFileSync(stack?.file ?? '', 'utf8'));
  });
}
