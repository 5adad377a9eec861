import { LocalBackend, S3Backend, type TerraformStack } from 'cdktf';
import type { Environment } from '../environments';

/** Says explicitly where the stack's state is kept; without it Terraform would quietly keep it in the working directory. */
export function addBackend(stack: TerraformStack, { backend }: Environment): void {
  if (backend.kind === 'local') {
    new LocalBackend(stack, { path: backend.path });
    return;
  }
  new S3Backend(stack, { bucket: backend.bucket, key: backend.key, region: backend.region, encrypt: true });
  // CDKTF does not know S3's own lock yet: https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
  stack.addOverride('terraform.backend.s3.use_lockfile', true);
}
