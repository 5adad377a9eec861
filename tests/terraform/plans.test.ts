import { environments } from '../../environments';
import { planStack, TOKEN_KEY_PLACEHOLDER, type CheckedStack } from '../../scripts/terraform-plan';
import { atMost, STACKS_AT_ONCE } from '../../scripts/terraform-workspace';
import { environmentNames, prodWithDomain } from '../support/infra-stack';
import { synthesizeInto } from '../support/stacks-on-disk';
import { describeTerraform, TERRAFORM_TIMEOUT_MS } from '../support/terraform';
import { earlierState } from '../support/earlier-state';
import { IDENTITY } from '../support/replacements';
import { DOMAIN, expectedAddresses, expectedBootstrapAddresses } from '../../modules/addresses';

const { directory, remove, stacks } = synthesizeInto({ ...environments });
const domain = synthesizeInto({ prod: prodWithDomain });

/** Title → directory of a stack, and the addresses that its plan must have. */
const subjects = [
  ...environmentNames.map((name) => ({
    title: name,
    directory: directory(name),
    addresses: expectedAddresses(name),
  })),
  {
    title: 'prod with a domain',
    directory: domain.directory('prod'),
    addresses: { ...expectedAddresses('prod'), ...DOMAIN },
  },
  {
    title: 'the account of prod',
    directory: directory(`bootstrap-${environments.prod.accountId}`),
    addresses: expectedBootstrapAddresses('prod'),
  },
];

/** Together these stacks have every type of stateful resource. */
const REPLACED = ['prod with a domain', 'the account of prod'];

const removeAll = (): void => {
  remove();
  domain.remove();
};

describeTerraform('Terraform with the AWS provider', stacks[0]?.file ?? '', removeAll, (provider) => {
  const checked = new Map<string, CheckedStack>();
  /** Plans of the same stacks from a state in which every stateful resource has another identity. */
  const replacing = new Map<string, CheckedStack>();

  beforeAll(async () => {
    await atMost(STACKS_AT_ONCE, subjects, async ({ title, directory: stackDirectory }) => {
      const first = await planStack(provider, stackDirectory);
      checked.set(title, first);
      if (!REPLACED.includes(title)) return;
      replacing.set(title, await planStack(provider, stackDirectory, earlierState(first.plan)));
    });
  }, TERRAFORM_TIMEOUT_MS);

  it.each(subjects)('accepts $title and plans to create exactly the resources for which a reason is written', ({ title, addresses }) => {
    const changes = checked.get(title)?.plan.resource_changes ?? [];
    expect(changes.map(({ address }) => address).sort()).toEqual(Object.keys(addresses).sort());
    expect(new Set(changes.flatMap(({ change }) => change.actions))).toEqual(new Set(['create']));
  });

  it.each(REPLACED)('plans to replace the stateful resources of %s when an argument changes that identifies them', (title) => {
    const changes = replacing.get(title)?.plan.resource_changes ?? [];
    const known = changes.filter(({ type }) => (IDENTITY[type] ?? []).length > 0);
    const forced = known.map(({ address, change }) => [address, change.replace_paths?.flat().sort()]);
    expect(forced).toEqual(known.map(({ address, type }) => [address, [...(IDENTITY[type] ?? [])].sort()]));
    expect(forced.length).toBeGreaterThanOrEqual(2);
  });

  it.each(environmentNames)('keeps the token key out of the plan of %s', (name) => {
    expect(checked.get(name)?.text).toContain('aws_ssm_parameter');
    expect(checked.get(name)?.text).not.toContain(TOKEN_KEY_PLACEHOLDER);
  });
});
