import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environments } from '../../environments';
import { BootstrapStack } from '../../modules/bootstrap-stack';
import { startDistortingProxy, type Distortion } from '../support/distorting-proxy';
import { dataStoresAt, missingMoto, startMoto, type Moto } from '../support/moto';
import { OracleProcess } from '../support/oracle-process';
import { synthesizeInto } from '../support/stacks-on-disk';
import { describeTerraform } from '../support/terraform';

const { accountId } = environments.dev;
const ACCOUNT = BootstrapStack.nameFor(accountId);
const KNOWN = ['--known', 'oracle/known/moto.json'];
type Findings = { resources: string[]; applied: string[]; differences: { attribute: string }[] };

/** A run asks an emulator some thousand times. In ms. */
const TIMEOUT_MS = 1_800_000;

test('the oracle says in one line that nothing answers at an endpoint', async () => {
  const oracle = new OracleProcess(['--endpoint', 'http://127.0.0.1:9']);
  expect(await oracle.status()).toBe(1);
  expect(oracle.stderr).toMatch(/^oracle: nothing answers at http:\/\/127\.0\.0\.1:9 \(.*\): start the emulator first\n$/);
});

test.each([
  [['--endpoint', 'https://sts.us-east-1.amazonaws.com'], 'This is AWS itself, and the oracle destroys what it has applied'],
  [[], 'the option --endpoint <url> is missing'],
])('the oracle refuses %j in one line', async (args, message) => {
  const oracle = new OracleProcess(args);
  expect(await oracle.status()).toBe(2);
  expect(oracle.stderr).toMatch(/^oracle: .*\n$/);
  expect(oracle.stderr).toContain(message);
});

const missing = missingMoto();
if (missing === undefined) {
  const { remove, stacks } = synthesizeInto({ dev: environments.dev });
  describeTerraform('The oracle, which asks moto,', stacks[0]?.file ?? '', remove, askMoto);
} else {
  // Unlike Terraform, moto is no part of the machines that run CI, so its absence is no failure there.
  process.stderr.write(`\nSKIPPED: The oracle, which asks moto: ${missing}\n`);
  it.skip('The oracle asks moto', () => undefined);
}

function askMoto(): void {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-oracle-test-'));
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto(accountId);
  });

  afterAll(async () => {
    fs.rmSync(directory, { recursive: true });
    await moto.close();
  });

  /** Runs the oracle with an emulator that answers in another way than moto. */
  async function askDistorted(distort: Distortion): Promise<{ status: number | null; stdout: string; findings: Record<string, unknown> }> {
    const proxy = await startDistortingProxy(moto.url, distort);
    try {
      const oracle = new OracleProcess(['--endpoint', proxy.url, '--env', ACCOUNT, '--no-visit', '--json']);
      return { status: await oracle.status(), stdout: oracle.stdout, findings: oracle.findings() };
    } finally {
      await proxy.close();
    }
  }

  it(
    'finds only known faults in dev, and destroys everything',
    async () => {
      const report = path.join(directory, 'report.md');
      const oracle = new OracleProcess(['--endpoint', moto.url, ...KNOWN, '--json', '--markdown', report]);
      const status = await oracle.status();
      expect(oracle.stdout).toContain('There were no faults but known ones of moto 5.2.1.');
      const { resources, applied, differences, ...findings } = oracle.findings() as Findings;
      expect(findings).toMatchObject({ unused: [], remaining: [], visit: { outcome: 'impossible' } });
      expect(new Set(differences.map(({ attribute }) => attribute))).toEqual(new Set(['logging_config']));
      expect(resources.filter((address) => !applied.includes(address)).sort()).toEqual([
        'aws_cloudwatch_composite_alarm.rollback',
        'aws_cloudwatch_dashboard.dashboard',
        'aws_lambda_permission.rollback-permission',
      ]);
      expect(fs.readFileSync(report, 'utf8')).toContain('# The stack `dev` at moto 5.2.1');
      expect(status).toBe(0);
      expect(await dataStoresAt(moto.url)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'reports what an endpoint returns in another way than the stack says, and what it refuses',
    async () => {
      const { status, stdout, findings } = await askDistorted((asked, answer) => {
        if (asked.includes('Action=CreateOpenIDConnectProvider')) return { status: 501, body: 'not implemented' };
        return { ...answer, body: answer.body.replace(/(?<=<MaxSessionDuration>)\d+/g, '7200') };
      });
      expect(findings['differences']).toEqual([
        {
          address: 'aws_iam_role.gateway-logging-role',
          action: 'update',
          attribute: 'max_session_duration',
          endpoint: '7200',
          stack: '3600',
        },
      ]);
      expect(findings['refusals']).toMatchObject([{ step: 'apply', kind: 'unsupported' }]);
      expect(findings['blocked']).not.toEqual({});
      expect(stdout).toContain('The endpoint and the stack do not agree');
      expect(status).toBe(1);
      expect(await dataStoresAt(moto.url)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'destroys at Ctrl-C what it has applied',
    async () => {
      const oracle: OracleProcess = new OracleProcess(['--endpoint', moto.url, '--env', ACCOUNT], (line) => {
        if (line.endsWith('terraform apply')) void interruptOnceApplied();
      });
      const interruptOnceApplied = async (): Promise<void> => {
        while ((await dataStoresAt(moto.url)).length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
        oracle.interrupt();
      };
      expect(await oracle.status()).toBe(130);
      expect(oracle.stderr).toMatch(/stopping: what has been applied is destroyed[^]*terraform destroy[^]*oracle: stopped\n$/);
      expect(oracle.stdout).toContain('The run was stopped: there is no verdict.');
      expect(await dataStoresAt(moto.url)).toEqual([]);
    },
    TIMEOUT_MS,
  );
}
