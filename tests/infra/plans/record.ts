/**
 * Records the plans beside this file: `HTTP_TUNNEL_TF_MIRROR=… node --import tsx tests/infra/plans/record.ts`. Terraform makes
 * them offline, from a part of dev's stack, a change of it, and a state as it would be after the first apply.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { PlanJson } from '../../../policy/terraform/plan-json';
import { terraform } from '../../../scripts/terraform-command';
import { OFFLINE_OVERRIDE, type InstalledProvider } from '../../../scripts/terraform-provider';
import { stackOf } from '../../support/infra-stack';
import { installedProvider } from '../../support/installed-provider';
import { SCENARIOS, START, type Resources } from './scenarios';
import { stateAfter } from './state-after';

/** A sensitive variable. A plan contains its value, and no program may print it. */
const SECRETS = {
  signing_key: { type: 'string', sensitive: true, default: 'a-value-that-nobody-may-print' },
};

/** The parts of a plan that neither rules nor summary read, and the parts that change with every run. */
const LEFT_OUT = ['planned_values', 'prior_state', 'relevant_attributes', 'timestamp', 'checks'];

async function plan(
  { variables }: InstalledProvider,
  resource: Resources,
  state?: object,
): Promise<PlanJson> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-record-'));
  try {
    const { terraform: requirements, provider, variable } = stackOf('dev').json;
    const write = (file: string, json: object): void =>
      fs.writeFileSync(path.join(directory, file), JSON.stringify(json));
    write('cdk.tf.json', {
      terraform: requirements,
      provider,
      variable: { ...variable, ...SECRETS },
      resource,
    });
    write('override.tf.json', OFFLINE_OVERRIDE);
    if (state) write('terraform.tfstate', state);
    const run = {
      cwd: directory,
      variables: {
        ...variables,
        TF_DATA_DIR: path.join(directory, '.terraform'),
        TF_VAR_agent_token_key: 'none',
      },
    };
    await terraform(['init', '-no-color'], run);
    await terraform(['plan', '-no-color', '-refresh=false', '-out=plan'], run);
    return JSON.parse(await terraform(['show', '-json', 'plan'], run)) as PlanJson;
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

function record(name: string, recorded: PlanJson): void {
  const kept = Object.entries(recorded).filter(([key]) => !LEFT_OUT.includes(key));
  fs.writeFileSync(
    path.join(__dirname, `${name}.json`),
    `${JSON.stringify(Object.fromEntries(kept), null, 1)}\n`,
  );
  process.stdout.write(`${name}.json\n`);
}

async function main(): Promise<void> {
  const provider = installedProvider();
  if (provider instanceof Error) throw provider;
  try {
    const first = await plan(provider, START);
    record('first', first);
    for (const [name, change] of Object.entries(SCENARIOS)) {
      record(name, await plan(provider, change(structuredClone(START)), stateAfter(first)));
    }
  } finally {
    provider.close();
  }
}

void main();
