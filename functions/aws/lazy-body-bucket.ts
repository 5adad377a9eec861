import type { BodyStore } from '../core/body-store';
import { traced } from './traced';

/**
 * The body store in a bucket. Its client is loaded with the first large body: most execution environments never get such a body,
 * and start without the client.
 */
export function lazyBodyBucket(bucket: string, callMs: number, onFailure?: (key: string, error: unknown) => void): BodyStore {
  let loading: Promise<BodyStore> | undefined;
  const store = (): Promise<BodyStore> =>
    (loading ??= import('./body-bucket').then(({ bodyBucket }) => bodyBucket(bucket, callMs, { traced, onFailure })));
  return {
    put: async (...args) => (await store()).put(...args),
    get: async (...args) => (await store()).get(...args),
    remove: async (...args) => (await store()).remove(...args),
    downloadUrl: async (...args) => (await store()).downloadUrl(...args),
    uploadUrl: async (...args) => (await store()).uploadUrl(...args),
  };
}
