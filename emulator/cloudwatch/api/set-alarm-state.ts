import { ALARM_STATES } from '../../observations';
import { AwsError } from '../../services';
import type { LocalAlarms } from '../alarms/local-alarms';
import { invalid, oneOf, onlyKnown, text, type Input } from './parameters';

const MAX_REASON_LENGTH = 1023;

/**
 * Sets the state of an alarm by hand, until its next evaluation:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
 */
export function setAlarmState(input: Input, alarms: Pick<LocalAlarms, 'set'>): object {
  onlyKnown(input, ['AlarmName', 'StateValue', 'StateReason']);
  const [name, state, reason] = [text(input, 'AlarmName'), text(input, 'StateValue'), text(input, 'StateReason')];
  if (name === undefined || state === undefined || reason === undefined) {
    throw invalid('The parameters AlarmName, StateValue and StateReason are required.');
  }
  if (reason.length > MAX_REASON_LENGTH) throw invalid(`The parameter StateReason must have at most ${MAX_REASON_LENGTH} characters.`);
  const isKnown = alarms.set(name, oneOf(state, 'StateValue', ALARM_STATES), reason);
  if (!isKnown) throw new AwsError(404, 'ResourceNotFound', `The alarm ${name} does not exist.`);
  return {};
}
