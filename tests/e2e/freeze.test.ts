import { testFreezes } from '../support/freeze-tests';

// A minute is a second here; tests/slow has the same in real time.
testFreezes(60);
