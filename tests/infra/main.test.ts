import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inTemporaryDirectory } from '../support/infra-stack';

const root = path.join(__dirname, '../..');

/** Runs main.ts after a change of the environments, as `npm run synth` does. */
function runMain(outdir: string, change: string, env: NodeJS.ProcessEnv = {}): { status: number | null; stderr: string } {
  const preload = path.join(outdir, 'change-environments.mjs');
  fs.writeFileSync(
    preload,
    `import { createRequire } from 'node:module';
     const { environments } = createRequire(${JSON.stringify(path.join(root, 'main.ts'))})('./environments/index.ts');
     ${change}`,
  );
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--import', pathToFileURL(preload).href, 'main.ts'], {
    cwd: root,
    env: { ...process.env, ...env, CDKTF_OUTDIR: path.join(outdir, 'cdktf.out') },
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { status, stderr };
}

describe('main.ts', () => {
  it('exits with status 1 and one line that names the environment, the setting and the remedy', () => {
    inTemporaryDirectory((outdir) => {
      const { status, stderr } = runMain(outdir, `environments.prod = { ...environments.prod, region: 'nowhere' };`);
      expect(stderr).toBe(
        'synth: environment "prod": region must be an AWS region such as us-east-1, not "nowhere"; ' + 'correct environments/prod.ts\n',
      );
      expect(status).toBe(1);
      expect(fs.existsSync(path.join(outdir, 'cdktf.out'))).toBe(false);
    });
  });

  it('exits with status 1 and names both environments when the names of one begin with the name of the other', () => {
    inTemporaryDirectory((outdir) => {
      const { status, stderr } = runMain(outdir, `environments['prod-eu'] = { ...environments.prod, name: 'prod-eu' };`);
      expect(stderr).toContain(
        'synth: environment "prod-eu": name must not begin with "prod-", because the pipeline of the environment "prod"',
      );
      expect(status).toBe(1);
      expect(fs.existsSync(path.join(outdir, 'cdktf.out'))).toBe(false);
    });
  });

  it('prints the stack trace of an unexpected error with HTTP_TUNNEL_DEBUG', () => {
    inTemporaryDirectory((outdir) => {
      const { status, stderr } = runMain(
        outdir,
        `Object.defineProperty(environments, 'prod', { get: () => { throw new TypeError('boom'); } });`,
        { HTTP_TUNNEL_DEBUG: '1' },
      );
      expect(stderr).toContain('TypeError: boom');
      expect(stderr).toMatch(/\n\s+at .*synthesize/);
      expect(status).toBe(1);
    });
  });
});
