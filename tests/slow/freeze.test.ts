import { frozenWaiters } from '../support/freeze-tests';
import { FREEZES } from '../support/frozen-waiter';

const waiters = frozenWaiters(1);

test.each(Object.entries(FREEZES))(
  'a waiter that was frozen for %s gets the right response at the latest by its next read, even with a broken wake socket',
  (_, ms) => waiters.answeredByTheNextRead(ms),
  2 * FREEZES['11 min'],
);
