import { AssetType, TerraformAsset } from 'cdktf';
import { Construct } from 'constructs';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ToldError } from '../cli/told-error';

/** A function whose zip has not been built. */
export class MissingBundleError extends ToldError {
  override readonly name = 'MissingBundleError';
}

/** A function's zip, copied beside the stack under its own hash: the same code gives the same path. */
export class FunctionBundle extends Construct {
  /** Relative to the stack's directory. */
  readonly filename: string;
  /** As Lambda computes it: SHA-256 of the zip, base64. */
  readonly sourceCodeHash: string;

  /**
   * @param bundles directory of the zips
   * @throws MissingBundleError
   */
  constructor(scope: Construct, id: string, bundles: string, functionName: string) {
    super(scope, id);
    const zip = path.resolve(bundles, `${functionName}.zip`);
    if (!fs.existsSync(zip)) {
      throw new MissingBundleError(`function "${functionName}" has no bundle at ${zip}: run "npm run build" first`);
    }
    const hash = createHash('sha256').update(fs.readFileSync(zip));
    this.sourceCodeHash = hash.copy().digest('base64');
    const asset = new TerraformAsset(this, 'Default', {
      path: zip,
      type: AssetType.FILE,
      assetHash: hash.digest('hex').slice(0, 32),
    });
    this.filename = asset.path;
  }
}
