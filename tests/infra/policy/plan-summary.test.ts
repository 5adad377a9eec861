import fs from 'node:fs';
import path from 'node:path';
import { expectedAddresses } from '../../../modules/addresses';
import { COST_DRIVERS } from '../../../policy/summary/cost-drivers';
import { OTHER, purposeOf } from '../../../policy/summary/purposes';
import { summarizePlan } from '../../../policy/summary/summarize-plan';
import { summaryMarkdown } from '../../../policy/summary/summary-markdown';
import type { PlanJson } from '../../../policy/terraform/plan-json';
import { environmentNames } from '../../support/infra-stack';

const SECRET = 'a-value-that-nobody-may-print';

const recorded = (name: string): string => fs.readFileSync(path.join(__dirname, `../plans/${name}.json`), 'utf8');
const summaryOf = (name: string) => summarizePlan(name, JSON.parse(recorded(name)) as PlanJson);
const markdownOf = (name: string): string => summaryMarkdown(summaryOf(name));

describe('the summary of a plan that loses data', () => {
  const text = markdownOf('renamed-tables');

  it('begins with the counts and a warning of what is lost and why', () => {
    expect(text).toMatch(
      /^## Plan for `dev`\n\n\*\*1 to create, 2 to change, 1 to replace, 2 to destroy\.\*\*\n\n> \[!CAUTION\]\n> \*\*🛑 DATA WOULD BE LOST: 3 of 3/,
    );
    expect(text).toContain(
      '> | `aws_dynamodb_table.tunnels` | **replaced** because of `name: http-tunnel-dev-tunnels → http-tunnel-dev-names` | **every row is lost, and its backups end** |',
    );
  });

  it('names the new resource with the same name as a destroyed one, and the remedy', () => {
    expect(text).toContain('`aws_dynamodb_table.waiting-requests` is new and has the same name: a `moved` block keeps the old resource');
  });

  it('warns of a new address for which no reason is written', () => {
    expect(text).toContain('`aws_dynamodb_table.waiting-requests`: ⚠️ modules/addresses.ts gives no reason for this resource');
  });
});

describe('the summary of a plan that changes rights and settings', () => {
  const text = markdownOf('rights-and-settings');

  it('has no warning, because nothing is destroyed', () => {
    expect(text).not.toContain('CAUTION');
  });

  it('lists only the statements that a role gains and loses', () => {
    const [, rights = ''] = /### Rights\n\n([^#]*)/.exec(text) ?? [];
    expect(rights.trim().split('\n')).toEqual([
      '- `aws_iam_role.connect-agent-role`',
      '  - ➕ allow `dynamodb:Scan` on `*`',
      '  - ➖ allow `xray:PutTraceSegments`, `xray:PutTelemetryRecords` on `*` (AWS supports no resource for this action)',
    ]);
  });

  it('shows settings before and after, and names changes that affect the cost', () => {
    expect(text).toContain('  - `memory_size`: `256` → `512`');
    expect(text).toContain('  - `environment.variables.LEASE_GRACE_MS`: `60000` → `30000`');
    expect(text).toContain('| `aws_lambda_function` | aws_lambda_function.connect-agent: memory_size 256 → 512 | $0.20 a million');
    expect(text).toContain('aws_cloudwatch_log_group.connect-agent-logs: retention_in_days 7 → 3');
  });

  it('masks secrets in Markdown and in JSON', () => {
    expect(recorded('rights-and-settings')).toContain(SECRET);
    expect(text).toContain('  - `environment.variables.SIGNING_KEY`: (not set) → (sensitive)');
    expect(`${text}${JSON.stringify(summaryOf('rights-and-settings'))}`).not.toContain(SECRET);
  });

  it('shows that an existing secret changes, without its old or new value', () => {
    const plan = JSON.parse(recorded('rights-and-settings')) as PlanJson;
    const change = plan.resource_changes?.find(({ address }) => address === 'aws_lambda_function.connect-agent')?.change;
    Object.assign(change ?? {}, {
      before: { environment: [{ variables: { SIGNING_KEY: 'the old secret' } }] },
      before_sensitive: { environment: [{ variables: { SIGNING_KEY: true } }] },
    });
    const changed = summaryMarkdown(summarizePlan('plan', plan));
    expect(changed).toContain('  - `environment.variables.SIGNING_KEY`: (sensitive) → (sensitive)');
    expect(changed).not.toContain('the old secret');
  });
});

describe('the summary of a first plan', () => {
  const text = markdownOf('first');

  it('says for a star that AWS knows no resources for the action', () => {
    expect(text).toContain('on `*` (AWS supports no resource for this action)');
  });

  it('gives a reason for every resource, under the heading of its purpose', () => {
    expect(text).toContain('**9 to create, 0 to change, 0 to replace, 0 to destroy.**');
    expect(text).toMatch(
      /\*\*Data\*\* \(2\)\n\n- `aws_dynamodb_table.pending-requests`: stores requests that wait for an answer; its stream/,
    );
    expect(text).not.toContain('⚠️');
  });

  it('lists the rights of each role, although ARNs are not known yet', () => {
    expect(text).toContain('  - ➕ allow `dynamodb:UpdateItem` on `aws_dynamodb_table.tunnels.arn`');
    expect(text).toContain('- `aws_iam_role.connect-agent-role` (who may assume it)');
  });

  it('leaves out only the resources when it must be short', () => {
    const short = summaryMarkdown(summaryOf('first'), { short: true });
    expect(short).toContain('### Rights');
    expect(short).not.toContain('### New');
    expect(short.length).toBeLessThan(text.length);
  });

  it.each(environmentNames)('has a purpose and a reason of one line for every address of %s', (name) => {
    for (const [address, reason] of Object.entries(expectedAddresses(name))) {
      expect([address, purposeOf(address)]).not.toEqual([address, OTHER]);
      expect(reason).toMatch(/^\S.{4,120}$/);
    }
  });
});

describe('the summary of a plan that changes nothing', () => {
  it('says that nothing would change', () => {
    expect(markdownOf('no-change')).toBe(
      '## Plan for `dev`\n\n**0 to create, 0 to change, 0 to replace, 0 to destroy.** Nothing would change.',
    );
  });
});

describe('the summary of a plan with a CloudFormation stack', () => {
  const rightsOf = (template: unknown): string => {
    const plan = JSON.parse(recorded('first')) as PlanJson;
    const after = { name: 'it', template_body: typeof template === 'string' ? template : JSON.stringify(template) };
    const change = { actions: ['create'], before: null, after };
    const stack = { address: 'aws_cloudformation_stack.it', mode: 'managed', type: 'aws_cloudformation_stack', name: 'it', change };
    return summaryMarkdown(summarizePlan('plan', { ...plan, resource_changes: [stack] }));
  };
  const permission = { Action: 'lambda:InvokeFunction', FunctionName: 'stream-request', InvokedViaFunctionUrl: true, Principal: '*' };

  it('lists whom its permission lets in, and the condition', () => {
    expect(rightsOf({ Resources: { It: { Type: 'AWS::Lambda::Permission', Properties: permission } } })).toContain(
      '➕ allow `lambda:InvokeFunction` on `stream-request` by `*` if InvokedViaFunctionUrl is `true`',
    );
  });

  it.each([
    ['names other resources of its template', { Resources: { It: { Type: 'AWS::IAM::Role' } } }, 'everything that AWS::IAM::Role allows'],
    ['says when it cannot read the template', 'Resources: {}', 'what a template allows that cannot be read'],
  ])('%s', (_, template, expected) => {
    expect(rightsOf(template)).toContain(expected);
  });
});

describe('the summary of a plan with a moved resource', () => {
  it('names the old and the new address, and reports no loss', () => {
    const plan = JSON.parse(recorded('no-change')) as PlanJson;
    const moved = plan.resource_changes?.map((change) =>
      change.address === 'aws_dynamodb_table.tunnels' ? { ...change, previous_address: 'aws_dynamodb_table.names' } : change,
    );
    const text = summaryMarkdown(summarizePlan('plan', { ...plan, ...(moved && { resource_changes: moved }) }));
    expect(text).toContain('### Moved without any other change\n\n- aws_dynamodb_table.names → aws_dynamodb_table.tunnels');
    expect(text).not.toContain('CAUTION');
  });
});

test('every cost driver has the URL of its price page', () => {
  for (const { source } of Object.values(COST_DRIVERS)) expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/\S+\/pricing\//);
});
