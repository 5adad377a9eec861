import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';

/** Name of an output → its value and its description. */
export type Outputs = Readonly<Record<string, readonly [value: string | readonly string[], description: string]>>;

export function addOutputs(scope: Construct, outputs: Outputs): void {
  for (const [name, [value, description]] of Object.entries(outputs)) new TerraformOutput(scope, name, { value, description });
}
