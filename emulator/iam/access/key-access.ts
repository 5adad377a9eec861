import type { Access } from '../evaluate';
import type { Place } from './place';

/**
 * The use of the customer's key that a resource is encrypted with: the service uses it in the caller's name, and the caller needs
 * the right. Keys that AWS keeps serve whoever may use the resource.
 * @param actions of KMS: `Decrypt`, `GenerateDataKey`
 */
export function keyAccess(resource: string, place: Place, ...actions: readonly string[]): Access[] {
  const key = place.keyOf(resource);
  if (key === undefined) return [];
  const [, , service = ''] = resource.split(':');
  // Of the key, which is in its resource's region; the ARN of a bucket names none.
  const [, , , region = ''] = key.split(':');
  return actions.map((action) => ({
    action: `kms:${action}`,
    resource: key,
    context: { 'kms:ViaService': `${service}.${region}.amazonaws.com` },
  }));
}
