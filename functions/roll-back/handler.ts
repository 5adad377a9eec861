/** Sets the rollout back to polling when an alarm asks for it. The result goes into the notification. */
import type { CloudWatchAlarmEvent } from 'aws-lambda';
import { documentClient } from '../aws/clients';
import { rolloutTable } from '../aws/rollout-table';
import { rollBack, type RollBackRecord } from '../core/roll-back';
import { count } from '../metrics';
import { readSettings } from '../settings';
import { systemClock } from '../system';
import { instrumented, logger } from '../telemetry';

const settings = readSettings('roll-back');
const rollout = rolloutTable(documentClient(settings.SERVICE_CALL_MS), settings.TUNNELS_TABLE);

/** The result for an alarm that is not in the state ALARM: the call is ignored. */
interface Ignored {
  readonly alarm: string;
  readonly ignoredState: string;
}

export const handler = instrumented(async ({ alarmData }: CloudWatchAlarmEvent): Promise<RollBackRecord | Ignored> => {
  const { alarmName: alarm, state } = alarmData;
  if (state.value !== 'ALARM') return { alarm, ignoredState: state.value };
  const record = await rollBack(rollout, {
    alarm,
    reason: state.reason,
    initialPercent: settings.EVENT_DRIVEN_PERCENT,
    now: systemClock.now,
    onRolledBack: () => count('RolledBack'),
  });
  logger.warn('the rollout was rolled back to polling', { ...record });
  return record;
});
