import { readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { environments } from '../../environments';
import { terraform, TerraformCommandError, type TerraformRun } from '../../scripts/terraform-command';
import { planStack, TOKEN_KEY_VARIABLE } from '../../scripts/terraform-plan';
import { OFFLINE_OVERRIDE } from '../../scripts/terraform-provider';
import { inWorkingCopy } from '../../scripts/terraform-workspace';
import { commandsIn } from '../support/document-facts';
import { taintedState } from '../support/earlier-state';
import { synthesizeInto } from '../support/stacks-on-disk';
import { StateStore } from '../support/state-store';
import { describeTerraform, TERRAFORM_TIMEOUT_MS } from '../support/terraform';

/** The store is in memory and answers at once: a longer run hangs. In ms. */
const TIMEOUT_MS = 60_000;

const { directory, remove, stacks } = synthesizeInto({ prod: environments.prod });
const { accountId } = environments.prod;

/** The options that a bucket outside AWS needs in addition to the backend of the stack. */
const backendAt = (port: number): string[] =>
  [
    `endpoints={s3="http://127.0.0.1:${port}"}`,
    'use_path_style=true',
    'skip_credentials_validation=true',
    'skip_requesting_account_id=true',
    'skip_metadata_api_check=true',
    'access_key=none',
    'secret_key=none',
  ].map((setting) => `-backend-config=${setting}`);

/** The command of ci.md for a create that failed half-way: its words after the directory. */
const [UNTAINT = []] = commandsIn(readFileSync(path.join(__dirname, '../../docs/ci.md'), 'utf8')).flatMap((line) => {
  const words = /^terraform -chdir=\S+ (untaint .*)$/.exec(line)?.[1]?.split(' ');
  return words ? [words] : [];
});

const STATE = {
  version: 4,
  terraform_version: '1.11.4',
  serial: 1,
  lineage: '3b9aca00-0000-4000-8000-000000000000',
  outputs: { state_bucket: { value: 'kept', type: 'string' } },
  resources: [],
};

describeTerraform('the Terraform state', stacks[0]?.file ?? '', remove, (provider) => {
  let store: StateStore & { readonly port: number };
  beforeEach(async () => {
    store = await StateStore.start();
  });
  afterEach(() => store.close());

  /** Runs Terraform in a copy of a stack, with its own directory for the data of the backend. */
  const inStack = (name: string, work: (run: TerraformRun) => Promise<void>): Promise<void> =>
    inWorkingCopy(provider, directory(name), {}, async ({ cwd, variables }) => {
      const data = path.join(cwd, 'data');
      await fs.cp(path.join(variables['TF_DATA_DIR'] ?? '', 'providers'), path.join(data, 'providers'), {
        recursive: true,
        verbatimSymlinks: true,
      });
      await work({ cwd, variables: { ...variables, TF_DATA_DIR: data } });
    });

  it(
    'is one object for each environment, written under a lock that is released, and encrypted as the bucket is set',
    () =>
      inStack('prod', async (run) => {
        const state = `/http-tunnel-terraform-${accountId}/prod/terraform.tfstate`;
        await terraform(['init', '-no-color', ...backendAt(store.port)], run);
        await fs.writeFile(path.join(run.cwd, 'new.tfstate'), JSON.stringify(STATE));
        await terraform(['state', 'push', '-no-color', 'new.tfstate'], run);
        expect(JSON.parse(store.objects.get(state) ?? '{}')).toMatchObject({
          outputs: STATE.outputs,
        });
        expect([...store.objects.keys()]).toEqual([state]);
        expect(store.requests.filter((request) => /^(PUT|DELETE)/.test(request))).toEqual([
          `PUT ${state}.tflock`,
          `PUT ${state}`,
          `DELETE ${state}.tflock`,
        ]);
        // The bucket's KMS key is used only if a write does not ask for another encryption.
        expect(store.encryptions).toEqual([undefined, undefined]);
      }),
    TIMEOUT_MS,
  );

  it(
    'is not written while another person holds the lock',
    () =>
      inStack('prod', async (run) => {
        const state = `/http-tunnel-terraform-${accountId}/prod/terraform.tfstate`;
        await terraform(['init', '-no-color', ...backendAt(store.port)], run);
        store.objects.set(`${state}.tflock`, JSON.stringify({ ID: 'theirs', Who: 'somebody@else' }));
        await fs.writeFile(path.join(run.cwd, 'new.tfstate'), JSON.stringify(STATE));
        const pushing = terraform(['state', 'push', '-no-color', 'new.tfstate'], run);
        await expect(pushing).rejects.toThrow(TerraformCommandError);
        await expect(pushing).rejects.toThrow('somebody@else');
        expect(store.objects.has(state)).toBe(false);
      }),
    TIMEOUT_MS,
  );

  it(
    'of the bootstrap stack begins in a local file and moves into the bucket',
    () =>
      inStack(`bootstrap-${accountId}`, async (run) => {
        const override = path.join(run.cwd, 'override.tf.json');
        await fs.writeFile(override, '{"terraform":{"backend":{"local":{}}}}');
        await terraform(['init', '-no-color'], run);
        await fs.writeFile(path.join(run.cwd, 'terraform.tfstate'), JSON.stringify(STATE));

        await fs.rm(override);
        await terraform(['init', '-no-color', '-migrate-state', '-force-copy', ...backendAt(store.port)], run);
        const state = `/http-tunnel-terraform-${accountId}/bootstrap/terraform.tfstate`;
        expect(JSON.parse(store.objects.get(state) ?? '{}')).toMatchObject({ outputs: STATE.outputs });
      }),
    TIMEOUT_MS,
  );

  it(
    'of a create that failed half-way asks for a replacement, which prevent_destroy refuses, until the command of ci.md removes the mark',
    async () => {
      const { plan } = await planStack(provider, directory('prod'));
      const tainted = JSON.stringify(taintedState(plan, UNTAINT.at(-1) ?? ''));

      // In the bucket, as in the pipeline.
      await inStack('prod', async (run) => {
        const state = `/http-tunnel-terraform-${accountId}/prod/terraform.tfstate`;
        store.objects.set(state, tainted);
        await terraform(['init', '-no-color', ...backendAt(store.port)], run);
        await terraform(UNTAINT, run);
        expect(store.objects.get(state)).not.toContain('"tainted"');
        expect(store.objects.has(`${state}.tflock`)).toBe(false);
      });

      await inWorkingCopy(provider, directory('prod'), OFFLINE_OVERRIDE, async ({ cwd, variables }) => {
        await fs.writeFile(path.join(cwd, 'terraform.tfstate'), tainted);
        const run = { cwd, variables: { ...variables, ...TOKEN_KEY_VARIABLE } };
        const planning = (): Promise<string> =>
          terraform(['plan', '-no-color', '-refresh=false', '-lock=false', `-target=${UNTAINT.at(-1)}`], run);
        await expect(planning()).rejects.toThrow(/Instance cannot be destroyed/);
        await terraform(UNTAINT, run);
        expect(await planning()).toContain(', 0 to destroy.');
      });
    },
    // It plans three times.
    2 * TERRAFORM_TIMEOUT_MS,
  );
});
