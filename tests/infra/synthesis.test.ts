import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { environments, functionsOf } from '../../environments';
import { MissingBundleError } from '../../modules/function-bundle';
import { synthesize } from '../../modules/synthesize';
import { awsEnvironmentNames, environmentNames, inTemporaryDirectory, stackOf, stubBundles } from '../support/infra-stack';

const root = path.join(__dirname, '../..');
/** The sources of bundles and stacks. */
const SOURCES = ['cli', 'environments', 'functions', 'main.ts', 'modules', 'protocol', 'package.json', 'tsconfig.json', 'cdktf.json'];

/** Every file below a directory with its content. */
function contents(directory: string): Record<string, string> {
  const files = fs.readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => path.join(file.parentPath, file.name)).sort();
  return Object.fromEntries(paths.map((file) => [path.relative(directory, file), fs.readFileSync(file, 'latin1')]));
}

/** Digests, for files that are too long or not text, so that a failure can be printed. */
const digests = (files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, content]) => [file, createHash('sha256').update(content, 'latin1').digest('hex')]));

function synthesizeDev(outdir: string, bundles: string): Record<string, string> {
  synthesize({ environments: { dev: environments.dev }, outdir, bundles });
  return contents(outdir);
}

describe('synthesis', () => {
  it('writes the same bytes again, in the same directory and in another one', () => {
    inTemporaryDirectory((directory) => {
      const bundles = stubBundles(path.join(directory, 'bundles'));
      const first = synthesizeDev(path.join(directory, 'one'), bundles);
      expect(synthesizeDev(path.join(directory, 'one'), bundles)).toEqual(first);
      expect(synthesizeDev(path.join(directory, 'deeper', 'two'), bundles)).toEqual(first);
    });
  });

  it('writes the same bytes in another clone, with the same bundles and hashes', () => {
    inTemporaryDirectory((directory) => {
      const here = path.join(directory, 'here');
      synthesize({ environments, outdir: here });
      const clone = path.join(directory, 'clone');
      for (const entry of SOURCES) fs.cpSync(path.join(root, entry), path.join(clone, entry), { recursive: true });
      fs.symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'));
      for (const program of ['functions/build-functions.ts', 'main.ts'])
        execFileSync(process.execPath, ['--import', 'tsx', program], { cwd: clone, stdio: 'pipe' });
      const files = contents(path.join(clone, 'cdktf.out'));
      expect(Object.keys(files).filter((file) => file.endsWith('cdk.tf.json'))).toHaveLength(
        environmentNames.length + awsEnvironmentNames.length,
      );
      expect(Object.keys(files).filter((file) => file.endsWith('.zip'))).toHaveLength(
        environmentNames.flatMap((name) => functionsOf(environments[name])).length,
      );
      expect(digests(files)).toEqual(digests(contents(here)));
    });
  });

  it('changes the path and the hash only of a function whose code has changed', () => {
    inTemporaryDirectory((directory) => {
      const bundles = stubBundles(path.join(directory, 'bundles'));
      const before = synthesizeDev(path.join(directory, 'out'), bundles)['stacks/dev/cdk.tf.json'] ?? '';
      fs.writeFileSync(path.join(bundles, 'sweep.zip'), 'other code');
      const after = synthesizeDev(path.join(directory, 'out'), bundles);
      const changed = (after['stacks/dev/cdk.tf.json'] ?? '').split('\n').filter((line) => !before.includes(line));
      expect(changed.map((line) => line.trim().split('"')[1])).toEqual(['filename', 'source_code_hash']);
      const zips = Object.entries(after).filter(([file]) => /stacks\/dev\/.*sweep\.zip$/.test(file));
      expect(zips.map(([, content]) => content)).toEqual(['other code']);
    });
  });

  it('puts the zip of each function at the path that is in the stack', () => {
    inTemporaryDirectory((directory) => {
      const bundles = stubBundles(path.join(directory, 'bundles'));
      const files = synthesizeDev(path.join(directory, 'out'), bundles);
      for (const [, { filename }] of stackOf('dev').resources('aws_lambda_function')) {
        expect(files[`stacks/dev/${String(filename)}`]).toMatch(/^zip of /);
      }
    });
  });

  it('throws an error with the function, the path and the remedy for a missing bundle, and keeps the last output', () => {
    inTemporaryDirectory((directory) => {
      const bundles = stubBundles(path.join(directory, 'bundles'));
      const outdir = path.join(directory, 'out');
      const before = synthesizeDev(outdir, bundles);
      const zip = path.join(bundles, 'wake-waiter.zip');
      fs.rmSync(zip);
      const again = (): unknown => synthesizeDev(outdir, bundles);
      expect(again).toThrow(MissingBundleError);
      expect(again).toThrow(`function "wake-waiter" has no bundle at ${zip}: run "npm run build" first`);
      expect(contents(outdir)).toEqual(before);
    });
  });
});

describe.each(environmentNames)('the stack of %s', (name) => {
  const stack = stackOf(name);

  it('contains the place of its Terraform state', () => {
    const { accountId, region } = environments[name];
    const bucket = `http-tunnel-terraform-${accountId}`;
    const expected =
      name === 'local'
        ? { local: { path: 'terraform.tfstate' } }
        : { s3: { bucket, key: `${name}/terraform.tfstate`, region, use_lockfile: true } };
    expect(stack.json.terraform.backend).toEqual(expected);
  });

  it('contains no data source, no expression except references, and no count or for_each', () => {
    expect(stack.json.data).toBeUndefined();
    const plain = /^(var\.[a-z_]+|aws_[a-z0-9_]+\.[a-z0-9-]+\.[a-z_]+)$/;
    expect(stack.interpolations.filter((inside) => !plain.test(inside))).toEqual([]);
    for (const address of stack.addresses) {
      const repeated = Object.keys(stack.resource(address)).filter((key) => key === 'count' || key === 'for_each');
      expect(repeated).toEqual([]);
    }
  });

  it('contains no path of the machine that synthesized it', () => {
    expect(stack.text).not.toContain(process.cwd());
    expect(stack.text).not.toMatch(/"\/(home|root|tmp|Users|work|var)\//);
    for (const [, { filename }] of stack.resources('aws_lambda_function')) {
      expect(filename).toMatch(/^assets\/[a-z-]+-bundle\/[0-9a-f]{32}\/[a-z-]+\.zip$/);
    }
  });

  it('requires a minimum version of Terraform, its own account, and one version of the provider', () => {
    const { terraform, provider } = stack.json;
    expect(terraform['required_version']).toBe('>= 1.11.0');
    expect(terraform['required_providers']).toEqual({ aws: { source: 'aws', version: '5.100.0' } });
    expect(provider.aws).toEqual([
      {
        region: environments[name].region,
        allowed_account_ids: [environments[name].accountId],
        default_tags: [{ tags: { ...environments[name].tags, project: 'http-tunnel', environment: name } }],
      },
    ]);
  });
});
