import { frozenWaiters } from '../support/freeze-tests';
import { FREEZES } from '../support/frozen-waiter';

// A minute takes half a second here. tests/slow has the same test in real time.
const waiters = frozenWaiters(120);

test.each(Object.entries(FREEZES))(
  'a waiter that was frozen for %s gets the right response at the latest by its next read, even with a broken wake socket',
  (_, ms) => waiters.answeredByTheNextRead(ms),
);
