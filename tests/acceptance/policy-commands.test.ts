import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { inTemporaryDirectory, stackOf } from '../support/infra-stack';

const root = path.join(__dirname, '../..');
const PLANS = 'tests/infra/plans';

/** Runs a script as npm does. */
function run(script: 'policy' | 'plan:summary', ...args: string[]) {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [command = '', ...fixed] = scripts[script]?.split(' ') ?? [];
  return spawnSync(command, [...fixed, ...args], { cwd: root, encoding: 'utf8', timeout: 25_000 });
}

describe('npm run policy', () => {
  it('prints each violation with rule, address, sentence and remedy, and exits with 1', () => {
    const { status, stdout, stderr } = run('policy', `${PLANS}/renamed-tables.json`);
    expect(stdout).toMatch(/^tests\/infra\/plans\/renamed-tables\.json \(dev\): \d+ resources, \d+ verdicts, \d+ violated/);
    expect(stdout).toMatch(
      /✗ stateful-loss: No resource that holds data .*\n {4}aws_dynamodb_table\.pending-requests: would be destroyed: .*\n[^]*? {2}Remedy: Keep the construct's id/,
    );
    expect(stdout).toContain('✗ api-access-logs (CKV_AWS_76)');
    expect(stderr).toBe('');
    expect(status).toBe(1);
  });

  it('prints the verdicts of several files as JSON', () => {
    const { stdout } = run('policy', '--json', `${PLANS}/first.json`, `${PLANS}/no-change.json`);
    const reports = JSON.parse(stdout) as { environment: string; verdicts: unknown[] }[];
    expect(reports.map(({ environment }) => environment)).toEqual(['dev', 'dev']);
    expect(reports[0]?.verdicts).toContainEqual({
      rule: 'log-retention',
      address: 'aws_cloudwatch_log_group.connect-agent-logs',
      outcome: 'holds',
      problems: [],
    });
  });

  it('reads a directory of stacks, and exits with 0 when no rule is violated', () => {
    inTemporaryDirectory((directory) => {
      const { terraform, provider } = stackOf('dev').json;
      for (const name of ['a', 'b']) {
        fs.mkdirSync(path.join(directory, name));
        fs.writeFileSync(path.join(directory, name, 'cdk.tf.json'), JSON.stringify({ terraform, provider, resource: {} }));
      }
      const { status, stdout } = run('policy', directory);
      expect(stdout.match(/\(dev\): 0 resources, 1 verdicts, 0 violated/g)).toHaveLength(2);
      expect(status).toBe(0);
    });
  });
});

describe('npm run plan:summary', () => {
  it('prints one comment for several plans', () => {
    const { status, stdout } = run('plan:summary', `${PLANS}/first.json`, `${PLANS}/renamed-tables.json`);
    expect(stdout.match(/<!-- http-tunnel plan -->/g)).toHaveLength(1);
    expect(stdout.match(/^## Plan for/gm)).toHaveLength(2);
    expect(status).toBe(0);
  });

  it('leaves out details, and then cuts the comment, when it is longer than the maximum length', () => {
    const plans = [`${PLANS}/renamed-tables.json`, `${PLANS}/first.json`];
    const full = run('plan:summary', ...plans).stdout;
    const fitting = run('plan:summary', '--max-length', String(full.length - 10), ...plans).stdout;
    expect(fitting.length).toBeLessThan(full.length);
    expect(fitting.match(/are left out here/g)).toHaveLength(1);
    expect(fitting).toContain('DATA WOULD BE LOST');
    const cut = run('plan:summary', '--max-length', '1000', ...plans).stdout;
    expect(cut.trim().length).toBeLessThanOrEqual(1000);
    expect(cut).toContain('_The rest is cut, because the comment would be too long. The summary of the workflow run has the whole text._');
  });
});

describe('wrong input', () => {
  it.each([
    ['policy', ['nowhere.json'], 'nowhere.json does not exist: give a plan or a stack; npm run synth writes stacks'],
    ['policy', ['README.md'], 'README.md is not JSON: use the output of terraform show -json <plan>'],
    ['policy', ['tests/unit'], 'tests/unit contains no cdk.tf.json: run npm run synth'],
    ['policy', ['--environment', 'nowhere'], '--environment nowhere is unknown: give an environment that environments/index.ts lists'],
    ['policy', ['--fast'], "unknown option '--fast'; see npm run policy -- --help"],
    ['plan:summary', [], "missing required argument 'plans'; see npm run plan:summary -- --help"],
    ['plan:summary', ['package.json'], 'package.json is not a plan: create a plan file with terraform show -json <plan> > plan.json'],
    ['plan:summary', ['nowhere.json'], 'nowhere.json does not exist: create it with terraform show -json <plan>'],
  ] as const)('to %s, %j, leads to exit code 2 and one line that says what to do', (script, args, message) => {
    const { status, stdout, stderr } = run(script, ...args);
    expect(stderr).toBe(`${script}: ${message}\n`);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('includes a Terraform state, which looks like a plan', () => {
    inTemporaryDirectory((directory) => {
      const file = path.join(directory, 'state.json');
      fs.writeFileSync(file, JSON.stringify({ format_version: '1.0', values: {} }));
      const { status, stderr } = run('policy', file);
      expect(stderr).toBe(`policy: ${file} is a state, not a plan: use the output of terraform show -json <plan>\n`);
      expect(status).toBe(2);
    });
  });
});
