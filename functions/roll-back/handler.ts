/** Takes the event-driven path back to 0 % when the composite alarm says so. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { documentClient } from '../aws/clients';
import { readSettings } from '../settings';
import { systemClock } from '../system';
import { count, instrumented, logger } from '../telemetry';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
interface AlarmEvent {
  readonly alarmData: {
    readonly alarmName: string;
    readonly state: { readonly value: string; readonly reason: string };
  };
}

const settings = readSettings('roll-back');
const client = documentClient();

export const handler = instrumented(async ({ alarmData }: AlarmEvent): Promise<unknown> => {
  const { alarmName: by, state } = alarmData;
  if (state.value !== 'ALARM') return undefined;
  const at = systemClock.now();
  const { Attributes: before } = await client.send(
    new UpdateCommand({
      TableName: settings.TUNNELS_TABLE,
      Key: { tunnelId: '#rollout' },
      UpdateExpression:
        'SET #version = :one, #percent = :none, #since = :at, #by = :by, #why = :why, #latched = :yes',
      ExpressionAttributeNames: {
        '#version': 'version',
        '#percent': 'percent',
        '#since': 'since',
        '#by': 'by',
        '#why': 'why',
        '#latched': 'latched',
      },
      ExpressionAttributeValues: {
        ':one': 1,
        ':none': 0,
        ':at': at,
        ':by': by,
        ':why': state.reason,
        ':yes': true,
      },
      ReturnValues: 'ALL_OLD',
    }),
  );
  count('RolledBack');
  logger.warn('rolled back', { by, why: state.reason });
  return { percentBefore: before?.['percent'] as unknown, percent: 0, alarm: by, reason: state.reason, at };
});
