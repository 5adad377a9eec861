/** Tells a waiter that its answer is there. */
import { wakePoster } from '../aws/wake-poster';
import { SHAPE_VERSION } from '../core/pending-request';
import type { ResponseEvent } from '../core/response-event';
import { count, countBy } from '../metrics';
import { readSettings } from '../settings';
import { identify, instrumented, logger } from '../telemetry';

const settings = readSettings('wake-waiter');
const wakes = wakePoster(settings.WAKE_CHANNEL_URL, settings.WAKE_POST_MS, (reason, error) => {
  // A waiter that has gone needs no wake.
  if (reason === 'gone') return;
  logger.warn('the wake was not delivered', { reason, ...(error !== undefined && { error: error as Error }) });
  countBy('WakeFailed', { reason });
});

export const handler = instrumented(async (event: ResponseEvent): Promise<void> => {
  const { requestId, tunnelId, waiterConnectionId, probe } = event;
  identify({ requestId, tunnelId });
  if (probe) count('ProbeReturned');
  // A failed wake is not tried again, because the waiter reads its row once a second.
  else await wakes.post(waiterConnectionId, { version: SHAPE_VERSION, requestId, source: 'bus' });
});
