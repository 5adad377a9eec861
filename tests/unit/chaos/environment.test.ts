import { LAB_MODES } from '../../../chaos/plan/plan';
import { labEnvironment } from '../../../chaos/world/environment';
import { EnvironmentError, validateEnvironment } from '../../../environments/environment';

test.each(LAB_MODES)(
  'the environment of the lab in mode %s is valid, and the keys of tickets live as shortly as an environment may have it',
  (mode) => {
    const environment = labEnvironment(mode);
    expect(validateEnvironment(environment, 'local')).toEqual(environment);
    const shorter = { ...environment, timings: { ...environment.timings, ticketKeyMs: environment.timings.ticketKeyMs - 1 } };
    expect(() => validateEnvironment(shorter, 'local')).toThrow(EnvironmentError);
    expect(environment.timings.ticketKeyMs).toBeLessThan(60_000);
  },
);
