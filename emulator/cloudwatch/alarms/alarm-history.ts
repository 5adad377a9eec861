import type { AlarmSpec } from '../../specs';
import type { Transition } from './alarm';

/** Greatest number of entries; the oldest entries are dropped. AWS keeps two weeks of history. */
const KEPT = 1000;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmHistoryItem.html */
export interface HistoryItem {
  readonly at: number;
  readonly alarm: AlarmSpec;
  readonly type: 'StateUpdate' | 'Action';
  readonly summary: string;
  /** JSON text */
  readonly data: string;
}

export class AlarmHistory {
  private readonly states: Transition[] = [];
  private readonly all: HistoryItem[] = [];

  get transitions(): readonly Transition[] {
    return this.states;
  }

  /** Oldest first. */
  get items(): readonly HistoryItem[] {
    return this.all;
  }

  changed(transition: Transition): void {
    keep(this.states, transition);
    const { at, alarm, before, after } = transition;
    const stateOf = ({ state, reason, reasonData }: Transition['before']): object => ({
      stateValue: state,
      stateReason: reason,
      ...(reasonData !== undefined && { stateReasonData: JSON.parse(reasonData) as unknown }),
    });
    keep(this.all, {
      at,
      alarm,
      type: 'StateUpdate',
      summary: `Alarm updated from ${before.state} to ${after.state}`,
      data: JSON.stringify({ version: '1.0', oldState: stateOf(before), newState: stateOf(after) }),
    });
  }

  /** @param failure why the action failed; missing if it succeeded */
  acted({ alarm, at, to }: Transition, actionArn: string, failure?: string): void {
    keep(this.all, {
      at,
      alarm,
      type: 'Action',
      summary: failure === undefined ? `Successfully executed action ${actionArn}` : `Failed to execute action ${actionArn}`,
      data: JSON.stringify({
        actionState: failure === undefined ? 'Succeeded' : 'Failed',
        stateUpdateTimestamp: at,
        stateValue: to,
        notificationResource: actionArn,
        ...(failure !== undefined && { error: failure }),
      }),
    });
  }
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > KEPT) list.shift();
}
