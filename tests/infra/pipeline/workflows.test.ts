import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { RUNTIME } from '../../../modules/tunnel-function';
import { inTemporaryDirectory } from '../../support/infra-stack';

const root = path.join(__dirname, '../../..');
const folder = path.join(root, '.github/workflows');
const { scripts, dependencies, engines } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<
  'scripts' | 'dependencies' | 'engines',
  Record<string, string>
>;

interface Job {
  readonly permissions?: Record<string, string>;
  readonly needs?: string;
  readonly environment?: string;
  readonly uses?: string;
  readonly with?: Record<string, string>;
  readonly strategy?: { readonly matrix: Record<string, readonly unknown[]> };
  readonly steps?: readonly {
    readonly run?: string;
    readonly uses?: string;
    readonly with?: Record<string, unknown>;
    readonly env?: Record<string, string>;
  }[];
}

interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

const workflows = fs
  .readdirSync(folder)
  .map((name): [string, Workflow] => [name, parse(fs.readFileSync(path.join(folder, name), 'utf8')) as Workflow]);
const workflow = (name: string): Workflow => Object.fromEntries(workflows)[name] as Workflow;
const jobs = workflows.flatMap(([name, { jobs: byId }]) => Object.entries(byId).map(([id, job]): [string, Job] => [`${name} ${id}`, job]));
const stepsOf = (job: Job) => job.steps ?? [];

/** Commands that no test of this repository can run, and why. */
const NOT_RUN_HERE: Record<string, string> = {
  'npx --yes cdktf-cli@0.21.0 deploy "$ENVIRONMENT" --auto-approve --outputs-file "plans/outputs-$ENVIRONMENT.json"':
    'changes an AWS account',
  'gh run download "$RUN_ID" --name plan-comment': 'asks GitHub for what an earlier job of the run left there',
};

/** Commands that are run elsewhere in the tests. */
const RUN_BY_TESTS = [/^npm ci$/, /^\.ci\/run "\$PART"$/, /^\.ci\/plan (dev|staging|prod|"\$ENVIRONMENT")$/];

describe('the workflows', () => {
  const check = (directory: string) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'scripts/check-workflows.mts', directory], {
      cwd: root,
      encoding: 'utf8',
    });

  it("are accepted by GitHub's own parser", () => {
    const { status, stdout, stderr } = check(folder);
    expect(stderr).toBe('');
    expect(stdout).toContain(`${workflows.length} are well-formed`);
    expect(status).toBe(0);
  });

  it('with an error are reported by file and line', () => {
    inTemporaryDirectory((directory) => {
      const steps = ['      - usess: actions/checkout@v4', '      - run: echo ${{ wrong.name }}'];
      const text = ['on: push', 'jobs:', '  a:', '    runs-on: ubuntu-24.04', '    steps:', ...steps];
      fs.writeFileSync(path.join(directory, 'wrong.yml'), `${text.join('\n')}\n`);
      const { status, stderr } = check(directory);
      expect(stderr).toContain("workflows: wrong.yml (Line: 6, Col: 9): Unexpected value 'usess'");
      expect(stderr).toContain("Unrecognized named-value: 'wrong'");
      expect(status).toBe(1);
    });
  });

  it.each(jobs)('run only commands that the tests run, or that have a written reason, in the job %s', (_, job) => {
    for (const { run } of stepsOf(job)) {
      if (run === undefined) continue;
      const script = /^npm run --silent ([\w:-]+)/.exec(run)?.[1];
      const known = script === undefined ? run in NOT_RUN_HERE || RUN_BY_TESTS.some((pattern) => pattern.test(run)) : script in scripts;
      expect([run, known]).toEqual([run, true]);
    }
  });

  it.each(jobs)('put no expression into a command, because its value could run as code, in the job %s', (_, job) => {
    for (const { run } of stepsOf(job)) expect(run ?? '').not.toContain('${{');
  });

  it('use exactly these actions, at these versions', () => {
    const used = jobs.flatMap(([, job]) => stepsOf(job).flatMap(({ uses }) => uses ?? []));
    expect([...new Set(used)].sort()).toEqual([
      'actions/checkout@v4',
      'actions/github-script@v7',
      'actions/setup-node@v4',
      'actions/upload-artifact@v4',
      'aws-actions/configure-aws-credentials@v4',
      'hashicorp/setup-terraform@v3',
    ]);
  });

  it('use the version of the CDKTF command line that the library has', () => {
    const pinned = [...JSON.stringify(workflows).matchAll(/cdktf-cli@([\d.]+)/g), ...(/cdktf-cli@([\d.]+)/.exec(planScript()) ?? [])];
    const versions = pinned.map((match) => (typeof match === 'string' ? match.replace('cdktf-cli@', '') : match[1]));
    expect(new Set(versions)).toEqual(new Set([dependencies['cdktf']]));
  });
});

describe('the checks', () => {
  const { matrix } = workflow('checks.yml').jobs['checks']?.strategy ?? { matrix: {} };

  it('are all parts of .ci/run, each in a job of its own', () => {
    const { status, stdout } = spawnSync('bash', ['.ci/run', '--list'], { cwd: root, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(matrix['part']).toEqual(stdout.trim().split('\n'));
  });

  it("run on the Lambda functions' Node and on the oldest one that package.json allows, and every other job uses one of the two", () => {
    const [lambda, oldest] = [Number(/^nodejs(\d+)\.x$/.exec(RUNTIME)?.[1]), Number(/^>=(\d+)/.exec(engines['node'] ?? '')?.[1])];
    expect(matrix['node']).toEqual([lambda, oldest]);
    const versions = jobs.flatMap(([, job]) => stepsOf(job).map((step) => step.with?.['node-version']));
    expect(new Set(versions.filter((version) => version !== undefined))).toEqual(new Set([lambda, oldest, '${{ matrix.node }}']));
  });

  it('refuse a part that .ci/run does not have, before anything runs', () => {
    const { status, stdout, stderr } = spawnSync('bash', ['.ci/run', 'static', 'laod'], { cwd: root, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/there is no part "laod"; usage: \.ci\/run .* tests acceptance/);
  });
});

describe('the permissions of the workflows', () => {
  it('are read-only by default, in every workflow', () => {
    for (const [name, { permissions }] of workflows) expect([name, permissions]).toEqual([name, { contents: 'read' }]);
  });

  it('give no job access to AWS together with write access to the pull request', () => {
    const more = jobs.filter(([, { permissions }]) => permissions !== undefined);
    expect(Object.fromEntries(more.map(([name, { permissions }]) => [name, permissions]))).toEqual({
      'pull-request.yml plan': { contents: 'read', 'id-token': 'write' },
      'pull-request.yml comment': { actions: 'read', contents: 'read', 'pull-requests': 'write' },
      'main.yml dev': { contents: 'read', 'id-token': 'write' },
      'main.yml staging': { contents: 'read', 'id-token': 'write' },
      'main.yml prod': { contents: 'read', 'id-token': 'write' },
      'deploy-environment.yml deploy': { contents: 'read', 'id-token': 'write' },
    });
  });

  it('give a pull request no secret and no role that can deploy', () => {
    const text = JSON.stringify(workflow('pull-request.yml'));
    expect(text).not.toContain('secrets.');
    expect(text).not.toContain('DEPLOY_ROLE');
    expect(text).not.toContain('"environment":');
  });

  it('give the key of agent tokens only to the two steps that need it', () => {
    const steps = stepsOf(workflow('deploy-environment.yml').jobs['deploy'] as Job);
    const withKey = steps.filter(({ env }) => env?.['TF_VAR_agent_token_key']?.includes('secrets.'));
    expect(withKey.map(({ run }) => run?.split(' ').slice(0, 4).join(' '))).toEqual([
      'npx --yes cdktf-cli@0.21.0 deploy',
      'npm run --silent smoke',
    ]);
  });
});

describe('the main branch', () => {
  it('is deployed to dev, then staging, then prod, each one after the previous one', () => {
    const { checks, ...deployments } = workflow('main.yml').jobs;
    expect(checks?.uses).toBe('./.github/workflows/checks.yml');
    expect(Object.entries(deployments).map(([id, job]) => [id, job.needs, job.uses, job.with])).toEqual(
      [
        ['dev', 'checks'],
        ['staging', 'dev'],
        ['prod', 'staging'],
      ].map(([id, needs]) => [id, needs, './.github/workflows/deploy-environment.yml', { environment: id }]),
    );
    expect(workflow('deploy-environment.yml').jobs['deploy']?.environment).toBe('${{ inputs.environment }}');
  });

  it('is planned, checked against the rules, deployed and smoke-tested, in this order', () => {
    const steps = stepsOf(workflow('deploy-environment.yml').jobs['deploy'] as Job).map(({ run }) => run ?? '');
    const at = (start: string): number => steps.findIndex((run) => run.startsWith(start));
    const order = ['.ci/plan', 'npm run --silent policy -- --strict', 'npx --yes cdktf-cli@0.21.0 deploy', 'npm run --silent smoke'].map(
      at,
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
  });
});

function planScript(): string {
  return fs.readFileSync(path.join(root, '.ci/plan'), 'utf8');
}

describe('.ci/plan', () => {
  /** Programs that note how they are called; terraform shows a plan. */
  const run = (directory: string, ...args: string[]) => {
    const called = path.join(directory, 'called');
    fs.mkdirSync(path.join(directory, '.ci'));
    fs.mkdirSync(path.join(directory, 'bin'));
    fs.copyFileSync(path.join(root, '.ci/plan'), path.join(directory, '.ci/plan'));
    for (const program of ['npx', 'terraform']) {
      const text = `#!/bin/sh\necho "${program} $*" >>"${called}"\ncase "$*" in *show*) echo '{"format_version":"1.2"}';; esac\n`;
      fs.writeFileSync(path.join(directory, 'bin', program), text, { mode: 0o755 });
    }
    const PATH = `${path.join(directory, 'bin')}:${process.env['PATH']}`;
    const { status, stderr } = spawnSync(path.join(directory, '.ci/plan'), args, {
      env: { PATH },
      encoding: 'utf8',
    });
    return {
      status,
      stderr,
      called: fs.existsSync(called) ? fs.readFileSync(called, 'utf8').trim().split('\n') : [],
    };
  };

  it('shows what cdktf would change, and writes the plan as JSON', () => {
    inTemporaryDirectory((directory) => {
      expect(run(directory, 'dev')).toEqual({
        status: 0,
        stderr: '',
        called: ['npx --yes cdktf-cli@0.21.0 diff dev', 'terraform -chdir=cdktf.out/stacks/dev show -json plan'],
      });
      expect(JSON.parse(fs.readFileSync(path.join(directory, 'plans/dev.json'), 'utf8'))).toEqual({
        format_version: '1.2',
      });
    });
  });

  it('fails with its usage when no environment is given', () => {
    inTemporaryDirectory((directory) => {
      const { status, stderr, called } = run(directory);
      expect(stderr).toContain('usage: .ci/plan <environment>');
      expect(called).toEqual([]);
      expect(status).not.toBe(0);
    });
  });
});
