import { testFreezes } from '../support/freeze-tests';

testFreezes(1);
