import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { terraform } from './terraform-command';
import { OFFLINE_OVERRIDE, type InstalledProvider } from './terraform-provider';

/** What of `terraform show -json` is used: https://developer.hashicorp.com/terraform/internals/json-format */
export interface TerraformPlan {
  readonly resource_changes: readonly {
    /** `aws_sqs_queue.response-stream-failures` */
    readonly address: string;
    readonly type: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly after: Readonly<Record<string, unknown>>;
    };
  }[];
}

export interface CheckedStack {
  readonly plan: TerraformPlan;
  /** The plan as terraform prints it, for what must not be in it. */
  readonly text: string;
}

/** Stands for the key of agent tokens. */
export const TOKEN_KEY_PLACEHOLDER = 'a-key-that-no-plan-may-show';

/**
 * Validates a synthesized stack and plans it from nothing, in a copy and without an account.
 * @param stackDirectory with `cdk.tf.json` and `assets/`
 * @throws TerraformError with what terraform says
 */
export async function planStack(provider: InstalledProvider, stackDirectory: string): Promise<CheckedStack> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'http-tunnel-plan-'));
  try {
    await fs.cp(stackDirectory, directory, { recursive: true });
    await fs.copyFile(provider.lockFile, path.join(directory, path.basename(provider.lockFile)));
    await fs.writeFile(path.join(directory, 'override.tf.json'), JSON.stringify(OFFLINE_OVERRIDE));
    const run = {
      cwd: directory,
      variables: { ...provider.variables, TF_VAR_agent_token_key: TOKEN_KEY_PLACEHOLDER },
    };
    await terraform(['validate', '-no-color'], run);
    await terraform(['plan', '-no-color', '-refresh=false', '-lock=false', '-out=plan'], run);
    const text = await terraform(['show', '-json', 'plan'], run);
    return { plan: JSON.parse(text) as TerraformPlan, text };
  } finally {
    await fs.rm(directory, { recursive: true, force: true });
  }
}
