import fs from 'node:fs';
import path from 'node:path';
import { checkPolicy } from '../../../policy/check-policy';
import { RULES } from '../../../policy/rules';
import { readSynthesizedStack, type StackJson } from '../../../policy/terraform/read-synthesized-stack';
import { withRules } from '../../../policy/policy-docs';
import { EXAMPLES } from './examples';

const today = new Date('2026-11-24');

function verdictsOf(rule: string, stack: StackJson, environment = 'prod') {
  const rules = RULES.filter(({ id }) => id === rule);
  return checkPolicy(readSynthesizedStack('example', stack), { rules, environment, today, suppressions: [] }).verdicts;
}

describe('the rules', () => {
  it('have a unique id, a file with that name, a sentence, a remedy and examples', () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const files = fs.readdirSync(path.join(__dirname, '../../../policy/rules')).map((file) => path.parse(file).name);
    expect([...ids, 'index'].sort()).toEqual(files.sort());
    expect(ids.filter((id) => id !== 'stateful-loss').sort()).toEqual(Object.keys(EXAMPLES).sort());
    for (const { sentence, remedy } of RULES) {
      expect(sentence).toMatch(/^[A-Z].{30,}[.]$/);
      expect(remedy).toMatch(/^[A-Z].{10,}[.]$/);
    }
  });

  it.each(Object.entries(EXAMPLES))('include %s, which accepts its good example and rejects its bad example', (rule, example) => {
    const good = verdictsOf(rule, example.holds);
    expect(good.length).toBeGreaterThan(0);
    expect(good.map(({ outcome }) => outcome)).toEqual(good.map(() => 'holds'));
    const bad = verdictsOf(rule, example.violated).filter(({ outcome }) => outcome === 'violated');
    expect(bad.flatMap(({ problems }) => problems)).toEqual([example.problem]);
  });
});

test('docs/policy.md lists the rules as npm run policy:docs writes them', () => {
  const document = fs.readFileSync(path.join(__dirname, '../../../docs/policy.md'), 'utf8');
  expect(document).toContain('| `iam-stars` | CKV_AWS_355 CKV_AWS_62 CKV_AWS_63 | A role allows only the actions and the resources');
  expect(document).toBe(withRules(document));
});

describe('a rule that differs between environments', () => {
  it.each(['lambda-concurrency', 'customer-managed-keys', 'table-deletion-protection'])(
    'is violated in prod and not in dev: %s',
    (rule) => {
      const bad = EXAMPLES[rule]?.violated ?? {};
      expect(verdictsOf(rule, bad, 'dev').map(({ outcome }) => outcome)).toEqual(['holds']);
      expect(verdictsOf(rule, bad, 'prod').map(({ outcome }) => outcome)).toEqual(['violated']);
    },
  );

  it('is not violated in the bootstrap stack of an account: customer-managed-keys', () => {
    const bad = EXAMPLES['customer-managed-keys']?.violated ?? {};
    expect(verdictsOf('customer-managed-keys', bad, 'account').map(({ outcome }) => outcome)).toEqual(['holds']);
  });

  it('applies as in prod to a stack that does not name its environment', () => {
    const stack = readSynthesizedStack('example', EXAMPLES['customer-managed-keys']?.violated ?? {});
    const { environment, verdicts } = checkPolicy(stack, { today });
    expect(environment).toBeUndefined();
    expect(verdicts).toContainEqual(expect.objectContaining({ rule: 'customer-managed-keys', outcome: 'violated' }));
  });
});

describe('secrets in environment variables', () => {
  const problemsOf = (name: string, value: string): readonly string[] => {
    const stack = {
      resource: { aws_lambda_function: { it: { environment: { variables: { [name]: value } } } } },
    };
    return verdictsOf('lambda-environment-secrets', stack).flatMap(({ problems }) => problems);
  };

  it.each([
    ['DB_PASSWORD', 'x', 'a secret, judging by its name'],
    ['GREETING', 'AKIAIOSFODNN7EXAMPLE', 'an AWS access key'],
    ['GREETING', '-----BEGIN EC PRIVATE KEY-----', 'a private key'],
    ['GREETING', 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6', '40 random characters'],
    ['KEY_PARAMETER', '${aws_ssm_parameter.token-key.value}', 'a secret of another resource'],
  ])('are found in %s=%s, and not printed', (name, value, what) => {
    expect(problemsOf(name, value)).toEqual([`environment variable ${name} is ${what}`]);
  });

  it.each([
    ['TOKEN_KEY_PARAMETER', '${aws_ssm_parameter.token-key.name}'],
    ['TUNNELS_TABLE', 'http-tunnel-prod-tunnels'],
    ['VISITOR_URL', 'https://abcdefghij.execute-api.us-east-1.amazonaws.com/with/a/long/path'],
  ])('are not reported for %s=%s', (name, value) => {
    expect(problemsOf(name, value)).toEqual([]);
  });
});
