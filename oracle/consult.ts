import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Resource } from '../emulator/terraform/stack';
import { followTerraform, terraform, type TerraformRun } from '../scripts/terraform-command';
import type { InstalledProvider } from '../scripts/terraform-provider';
import { inWorkingCopy, withoutProtection } from '../scripts/terraform-workspace';
import { emulatorOverride, emulatorVariables } from './emulator-settings';
import { differencesIn, stateOf, type Difference, type SecondPlan, type StateResource } from './plan-differences';
import { dependentsOf } from './references';
import { TerraformMessages, type Refusal } from './terraform-messages';
import { visit, type Visit } from './visit';

/** An emulator is one process: more calls at once make none of them quicker. */
const PARALLELISM = '-parallelism=4';

export interface Question {
  /** Directory with `cdk.tf.json` and `assets/`. */
  readonly stackDirectory: string;
  /** The stack's resources. */
  readonly resources: readonly Resource[];
  readonly accountId: string;
  readonly endpoint: string;
  readonly wantsVisit: boolean;
  readonly provider: InstalledProvider;
  readonly progress: (text: string) => void;
  /** Stops applying; what is there already is destroyed all the same. */
  readonly signal: AbortSignal;
}

export interface Findings {
  readonly versions: { readonly terraform: string; readonly provider: string };
  /** Addresses of the stack's resources. */
  readonly resources: readonly string[];
  /** Addresses of the resources that the endpoint has created. */
  readonly applied: readonly string[];
  readonly refusals: readonly Refusal[];
  /** By address of a resource that was not tried, because of what it refers to: the address that it needs. */
  readonly blocked: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
  /** Undefined when there was no second plan. */
  readonly differences: readonly Difference[] | undefined;
  readonly visit: Visit;
  /** Addresses that the endpoint still has. */
  readonly remaining: readonly string[];
  readonly interrupted: boolean;
}

/**
 * Applies a stack to an endpoint, plans again, sends a visit, and destroys what was applied, whatever happened before.
 * @throws TerraformUnavailableError
 */
export async function consult(question: Question): Promise<Findings> {
  const { stackDirectory, resources, accountId, endpoint, provider } = question;
  const tokenKey = randomBytes(32).toString('base64url');
  const override = { ...emulatorOverride(accountId), resource: await withoutProtection(stackDirectory) };
  return inWorkingCopy(provider, stackDirectory, override, async ({ cwd, variables }) => {
    process.once('exit', () => fs.rmSync(cwd, { recursive: true, force: true }));
    const run = { cwd, variables: { ...variables, ...emulatorVariables(endpoint), TF_VAR_agent_token_key: tokenKey } };
    const versions = await versionsIn(run);
    const seen = await applyAndLook(question, run, tokenKey).catch(async (error: unknown) => {
      await destroy(question, run);
      throw error;
    });
    const { refusals, remaining } = await destroy(question, run);
    return {
      ...seen,
      versions,
      resources: resources.map(({ address }) => address),
      refusals: [...seen.refusals, ...refusals],
      remaining,
      interrupted: question.signal.aborted,
    };
  });
}

async function versionsIn(run: TerraformRun): Promise<Findings['versions']> {
  const { terraform_version, provider_selections } = JSON.parse(await terraform(['version', '-json'], run)) as {
    terraform_version: string;
    provider_selections: Readonly<Record<string, string>>;
  };
  return { terraform: terraform_version, provider: Object.values(provider_selections).join(', ') };
}

type Seen = Omit<Findings, 'versions' | 'resources' | 'remaining' | 'interrupted'>;

async function applyAndLook(question: Question, run: TerraformRun, tokenKey: string): Promise<Seen> {
  const { resources, progress, signal, wantsVisit } = question;
  progress('terraform apply');
  const applying = new TerraformMessages('apply', progress);
  await followTerraform(['apply', '-json', '-auto-approve', PARALLELISM], { ...run, onLine: applying.hear, signal });

  const refused = applying.refusals.flatMap(({ address }) => address ?? []);
  const blocked = new Map([...dependentsOf(refused, resources)].filter(([address]) => !applying.done.has(address)));
  const { plan, refusals } = signal.aborted ? { plan: undefined, refusals: [] } : await planAgain(question, run);
  return {
    applied: [...applying.done],
    refusals: [...applying.refusals, ...refusals],
    blocked,
    warnings: applying.warnings,
    differences: plan && differencesIn(plan, new Set([...refused, ...blocked.keys()])),
    visit: await visited(plan && stateOf(plan), wantsVisit && !signal.aborted, tokenKey, progress),
  };
}

async function planAgain({ progress, signal }: Question, run: TerraformRun): Promise<{ plan?: SecondPlan; refusals: readonly Refusal[] }> {
  progress('terraform plan');
  const { hear, refusals } = new TerraformMessages('plan', progress);
  const status = await followTerraform(['plan', '-json', '-out=second', PARALLELISM], { ...run, onLine: hear, signal });
  if (status !== 0) return { refusals };
  return { plan: JSON.parse(await terraform(['show', '-json', 'second'], run)) as SecondPlan, refusals };
}

async function visited(
  state: readonly StateResource[] | undefined,
  isWanted: boolean,
  tokenKey: string,
  progress: (text: string) => void,
): Promise<Visit> {
  if (!isWanted) return { outcome: 'not asked for', reason: 'the run was not asked for a visit, or was stopped before it' };
  if (!state) return { outcome: 'impossible', reason: 'without a second plan the addresses are unknown' };
  progress('visit');
  return visit(state, tokenKey);
}

/** Not interrupted by a signal: what the endpoint has is removed. */
async function destroy({ progress }: Question, run: TerraformRun): Promise<Pick<Findings, 'refusals' | 'remaining'>> {
  progress('terraform destroy');
  const { hear, refusals } = new TerraformMessages('destroy', progress);
  await followTerraform(['destroy', '-json', '-auto-approve', PARALLELISM], { ...run, onLine: hear });
  return { refusals, remaining: addressesInState(path.join(run.cwd, 'terraform.tfstate')) };
}

/** The addresses in a local state; none if Terraform has written no state. */
function addressesInState(file: string): string[] {
  if (!fs.existsSync(file)) return [];
  const { resources } = JSON.parse(fs.readFileSync(file, 'utf8')) as { resources: readonly { type: string; name: string }[] };
  return resources.map(({ type, name }) => `${type}.${name}`);
}
