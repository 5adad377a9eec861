import { shortName } from '../../environments/physical-name';
import type { StreamRecord } from '../../emulator/services';
import type { StolenIds } from './hostile-agent';

type Image = Readonly<Record<string, { readonly S?: string } | undefined>>;

/** So many ids of ended requests are kept. */
const ENDED = 200;

/** Follows the rows of pending requests, as the table itself sees them: what a lost reply hides is seen here. */
export class RowWatch implements StolenIds {
  /** When the answer to a request was stored, in ms since the epoch, by the tunnel's id of the request. */
  readonly stored = new Map<string, number>();
  private readonly pending = new Set<string>();
  private readonly ended: string[] = [];

  constructor(private readonly random: () => number) {}

  readonly onRecord = ({ eventName, eventSourceARN, dynamodb }: StreamRecord): void => {
    if (shortName(tableIn(eventSourceARN)) !== 'pending-requests') return;
    const requestId = (dynamodb.Keys as Image)['requestId']?.S ?? '';
    const status = (dynamodb.NewImage as Image | undefined)?.['status']?.S;
    if (eventName === 'REMOVE') this.end(requestId);
    else if (status === 'completed') this.stored.set(requestId, this.stored.get(requestId) ?? Date.now());
    else if (eventName === 'INSERT' && status === 'pending') this.pending.add(requestId);
  };

  waiting(): string | undefined {
    return this.oneOf([...this.pending]);
  }

  over(): string | undefined {
    return this.oneOf(this.ended);
  }

  private end(requestId: string): void {
    this.pending.delete(requestId);
    this.ended.push(requestId);
    if (this.ended.length > ENDED) this.ended.shift();
  }

  private oneOf(ids: readonly string[]): string | undefined {
    return ids[Math.floor(this.random() * ids.length)];
  }
}

/** `arn:aws:dynamodb:us-east-1:000000000000:table/NAME/stream/…` */
const tableIn = (streamArn: string): string => streamArn.split('/')[1] ?? '';
