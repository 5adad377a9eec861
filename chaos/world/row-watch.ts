import { shortName } from '../../environments/physical-name';
import type { StreamRecord } from '../../emulator/services';
import type { StolenRequests } from './stolen-requests';

type Image = Readonly<Record<string, { readonly S?: string } | undefined>>;

/** Follows the rows of pending requests, as the table itself sees them: what a lost reply hides is seen here. */
export class RowWatch {
  /** When the answer to a request was stored, in ms since the epoch, by the tunnel's id of the request. */
  readonly stored = new Map<string, number>();

  constructor(private readonly requests: StolenRequests) {}

  readonly onRecord = ({ eventName, eventSourceARN, dynamodb }: StreamRecord): void => {
    if (shortName(tableIn(eventSourceARN)) !== 'pending-requests') return;
    const requestId = (dynamodb.Keys as Image)['requestId']?.S ?? '';
    const status = (dynamodb.NewImage as Image | undefined)?.['status']?.S;
    if (eventName === 'REMOVE') this.requests.end(requestId);
    else if (status === 'completed') this.stored.set(requestId, this.stored.get(requestId) ?? Date.now());
    else if (eventName === 'INSERT' && status === 'pending') this.requests.begin({ requestId });
  };
}

/** `arn:aws:dynamodb:us-east-1:000000000000:table/NAME/stream/…` */
const tableIn = (streamArn: string): string => streamArn.split('/')[1] ?? '';
