import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environments } from '../../environments';
import { synthesize } from '../../modules/synthesize';
import { checkPolicy } from '../../policy/check-policy';
import { summarizePlan } from '../../policy/summary/summarize-plan';
import { summaryMarkdown } from '../../policy/summary/summary-markdown';
import type { PlanJson } from '../../policy/terraform/plan-json';
import { readTerraform } from '../../policy/terraform/read-terraform';
import { TerraformUnavailableError } from '../../scripts/terraform-command';
import { planStack, TOKEN_KEY_PLACEHOLDER } from '../../scripts/terraform-plan';
import { stubBundles } from '../support/infra-stack';
import { installedProvider, itWith } from '../support/installed-provider';

const provider = installedProvider();
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-policy-'));

afterAll(() => {
  if (!(provider instanceof TerraformUnavailableError)) provider.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

/** Verdicts as text, without those of `stateful-loss`: only a plan has changes that can lose data. */
const verdictsOf = (input: string): string[] =>
  readTerraform(input)
    .flatMap((model) => checkPolicy(model, { today: new Date() }).verdicts)
    .filter(({ rule }) => rule !== 'stateful-loss')
    .map(({ rule, address, outcome }) => `${rule} ${address} ${outcome}`)
    .sort();

/** dev has a streaming door. */
describe.each(['prod', 'dev'] as const)('the first plan of %s, made by Terraform,', (name) => {
  const planFile = path.join(directory, `${name}.json`);

  itWith(provider)('gets from every rule the same verdict as the synthesized stack', async (installed) => {
    const bundles = stubBundles(path.join(directory, 'bundles'));
    const [stack] = synthesize({ environments: { [name]: environments[name] }, outdir: directory, bundles });
    const { text } = await planStack(installed, stack?.directory ?? '');
    fs.writeFileSync(planFile, text);
    expect(verdictsOf(planFile)).toEqual(verdictsOf(stack?.file ?? ''));
    const ofDoor = verdictsOf(planFile).filter((verdict) => /^(function-url|cloudformation-stack) /.test(verdict));
    expect(ofDoor).toEqual(environments[name].streamingDoor ? [expect.stringMatching(/ holds$/), expect.stringMatching(/ holds$/)] : []);
  });

  itWith(provider)('is summarized with a reason for every resource and without the token key', async () => {
    const summary = summarizePlan(name, JSON.parse(fs.readFileSync(planFile, 'utf8')) as PlanJson);
    expect(summary.counts.create).toBeGreaterThan(50);
    expect(summary.resources.filter(({ reason }) => reason === undefined)).toEqual([]);
    expect(summaryMarkdown(summary)).not.toContain(TOKEN_KEY_PLACEHOLDER);
    // A comment on GitHub may have 65,536 characters, and three environments share it.
    expect(summaryMarkdown(summary, { short: true }).length * 3).toBeLessThan(65_536);
  });
});
