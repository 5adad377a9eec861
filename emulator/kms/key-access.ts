import type { Access } from '../iam/evaluate';
import type { Place } from '../iam/place';

/**
 * The KMS access that a call needs if its resource is encrypted with a customer managed key. The service uses the key on behalf of
 * the caller, so the caller needs the right. A key that AWS manages needs no right.
 * @param actions actions of KMS: `Decrypt`, `GenerateDataKey`
 */
export function keyAccess(resource: string, place: Place, ...actions: readonly string[]): Access[] {
  const key = place.keyOf(resource);
  if (key === undefined) return [];
  const [, , service = ''] = resource.split(':');
  // The region comes from the key, which is in the region of its resource: the ARN of a bucket has no region.
  const [, , , region = ''] = key.split(':');
  return actions.map((action) => ({
    action: `kms:${action}`,
    resource: key,
    context: { 'kms:ViaService': `${service}.${region}.amazonaws.com` },
  }));
}
