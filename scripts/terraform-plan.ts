import fs from 'node:fs/promises';
import path from 'node:path';
import { terraform } from './terraform-command';
import { OFFLINE_OVERRIDE, type InstalledProvider } from './terraform-provider';
import { inWorkingCopy, withoutProtection } from './terraform-workspace';

/** The parts of `terraform show -json` that are used: https://developer.hashicorp.com/terraform/internals/json-format */
export interface TerraformPlan {
  readonly resource_changes: readonly {
    /** `aws_sqs_queue.response-stream-failures` */
    readonly address: string;
    readonly type: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly after: Readonly<Record<string, unknown>>;
      /** Arguments whose change forces a replacement. */
      readonly replace_paths?: readonly (readonly string[])[];
    };
  }[];
  readonly planned_values: {
    readonly root_module: {
      readonly resources: readonly {
        readonly type: string;
        readonly name: string;
        readonly schema_version: number;
        readonly values: Readonly<Record<string, unknown>>;
      }[];
    };
  };
}

export interface CheckedStack {
  readonly plan: TerraformPlan;
  /** The plan as terraform prints it, for checks that something is not in the plan. */
  readonly text: string;
}

/** A placeholder for the key of agent tokens. */
export const TOKEN_KEY_PLACEHOLDER = 'a-key-that-no-plan-may-show';

/** Terraform accepts a variable that a stack does not have, and only prints a warning. */
export const TOKEN_KEY_VARIABLE = { TF_VAR_agent_token_key: TOKEN_KEY_PLACEHOLDER };

/**
 * Validates and plans a synthesized stack, in a copy and without an account.
 * @param stackDirectory directory with `cdk.tf.json` and `assets/`
 * @param state the `terraform.tfstate` from which to plan, without `prevent_destroy`. Left out: plans from an empty state
 * @throws TerraformError with terraform's message
 */
export async function planStack(provider: InstalledProvider, stackDirectory: string, state?: object): Promise<CheckedStack> {
  const override = {
    ...OFFLINE_OVERRIDE,
    ...(state && { resource: await withoutProtection(stackDirectory) }),
  };
  return inWorkingCopy(provider, stackDirectory, override, async ({ cwd, variables }) => {
    if (state) await fs.writeFile(path.join(cwd, 'terraform.tfstate'), JSON.stringify(state));
    const run = { cwd, variables: { ...variables, ...TOKEN_KEY_VARIABLE } };
    if (!state) await terraform(['validate', '-no-color'], run);
    await terraform(['plan', '-no-color', '-refresh=false', '-lock=false', '-out=plan'], run);
    const text = await terraform(['show', '-json', 'plan'], run);
    return { plan: JSON.parse(text) as TerraformPlan, text };
  });
}
