import { frozenWaiters } from '../support/freeze-tests';
import { FREEZES } from '../support/frozen-waiter';

const waiters = frozenWaiters(1);

test.each(Object.entries(FREEZES))(
  'after %s in the ice, whatever befell its socket, a waiter gets the right response at once or by the next read of its row',
  (_, ms) => waiters.answeredByTheNextRead(ms),
  2 * FREEZES['11 min'],
);
