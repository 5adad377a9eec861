import { frozenWaiters } from '../support/freeze-tests';
import { FREEZES } from '../support/frozen-waiter';

// A minute takes half a second here. tests/slow has the same test in real time.
const waiters = frozenWaiters(120);

test.each(Object.entries(FREEZES))(
  'after %s in the ice, whatever befell its socket, a waiter gets the right response at once or by the next read of its row',
  (_, ms) => waiters.answeredByTheNextRead(ms),
);
