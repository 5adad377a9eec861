import { readFileSync } from 'node:fs';
import path from 'node:path';
import { TerraformError } from './terraform-error';

export type Attributes = Record<string, unknown>;

/** One resource of the synthesized stack, with unresolved references. */
export interface Resource {
  /** `aws_lambda_function.sweep` */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly attributes: Attributes;
}

/** A synthesized stack, from `cdk.tf.json`. */
export interface Stack {
  /** Folder of the JSON file; asset paths are relative to it. */
  readonly directory: string;
  readonly resources: readonly Resource[];
  readonly variables: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
}

/** @throws TerraformError when the file is missing, is not JSON, or has data sources, which only AWS could answer */
export function readStack(file: string): Stack {
  const json = parse(file);
  if (Object.keys(json['data'] ?? {}).length > 0) {
    throw new TerraformError(`${file} has data sources, which only AWS can answer: put the values into environments/`);
  }
  return {
    directory: path.dirname(path.resolve(file)),
    resources: resourcesIn(json),
    variables: (json['variable'] ?? {}) as Stack['variables'],
    outputs: (json['output'] ?? {}) as Stack['outputs'],
  };
}

/** The resources of a configuration in Terraform's JSON syntax. */
export function resourcesIn({ resource = {} }: { readonly resource?: unknown }): Resource[] {
  return Object.entries(resource as Record<string, Record<string, Attributes>>).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, attributes]) => ({ address: `${type}.${name}`, type, name, attributes })),
  );
}

function parse(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new TerraformError(`${file} cannot be read: run \`npm run synth\``, { cause: error });
  }
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new TerraformError(`${file} is not JSON: run \`npm run synth\` again`, { cause: error });
  }
}
