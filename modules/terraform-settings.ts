import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { LocalBackend, S3Backend, type TerraformStack } from 'cdktf';
import type { Environment } from '../environments';

export interface TerraformSettings {
  readonly backend: Environment['backend'];
  readonly accountId: string;
  readonly region: string;
  /** Tags of every resource that supports tags, in addition to `project`. The provider sets them, so no resource is forgotten. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Configures Terraform for a stack: the version, the place of the state, and the account that the stack may change. */
export function configureTerraform(stack: TerraformStack, settings: TerraformSettings): void {
  addBackend(stack, settings.backend);
  // Write-only arguments need this version: https://developer.hashicorp.com/terraform/language/resources/ephemeral/write-only
  stack.addOverride('terraform.required_version', '>= 1.11.0');
  new AwsProvider(stack, 'aws', {
    region: settings.region,
    // Refuses to apply one environment with another's credentials.
    allowedAccountIds: [settings.accountId],
    defaultTags: [{ tags: { ...settings.tags, project: 'http-tunnel' } }],
  });
}

/** Without a backend Terraform would keep the state in the working directory without a warning. */
function addBackend(stack: TerraformStack, backend: Environment['backend']): void {
  if (backend.kind === 'local') {
    new LocalBackend(stack, { path: backend.path });
    return;
  }
  // Without `encrypt`, S3 encrypts with the bucket's own KMS key. `encrypt: true` would ask for AES256 instead
  // (docs/adr/0017-what-is-in-the-state.md).
  new S3Backend(stack, { bucket: backend.bucket, key: backend.key, region: backend.region });
  // CDKTF does not know S3's own lock yet: https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
  stack.addOverride('terraform.backend.s3.use_lockfile', true);
}
