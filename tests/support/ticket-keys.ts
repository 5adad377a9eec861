import type { LocalDynamoDb } from '../../emulator/dynamodb/local-dynamodb';
import { TICKET_KEYS_ID, TICKET_KEYS_VERSION, type TicketKey } from '../../functions/core/ticket-keys';
import { newTicketKey } from '../../functions/ticket-seal';
import { FORWARD_REQUEST } from './dynamodb-endpoint';

/** Puts keys for tickets into the tunnels table, so that a test need not wait for the first run of sweep. */
export async function putTicketKeys(
  dynamodb: Pick<LocalDynamoDb, 'service'>,
  table: string,
  newest: TicketKey = newTicketKey(),
  previous?: TicketKey,
): Promise<void> {
  // As in a call: bytes are base64.
  const attribute = ({ id, secret }: TicketKey) => ({ M: { id: { S: id }, secret: { B: Buffer.from(secret).toString('base64') } } });
  const item = {
    tunnelId: { S: TICKET_KEYS_ID },
    version: { N: String(TICKET_KEYS_VERSION) },
    since: { N: String(Date.now()) },
    newest: attribute(newest),
    ...(previous && { previous: attribute(previous) }),
  };
  const input = { TableName: table, Item: item };
  const { status } = await dynamodb.service({ service: 'dynamodb', operation: 'PutItem', caller: FORWARD_REQUEST, input, arrivedAt: 0 });
  if (status !== 200) throw new Error(`the keys could not be put: status ${status}`);
}
