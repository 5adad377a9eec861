import { physicalName } from '../environments/physical-name';

/** The name of a role of an environment's pipeline. The bootstrap stack makes the role, and the environment's key names it. */
export const ciRoleName = (environment: string, job: 'plan' | 'deploy'): string => physicalName('role', 'ci', `${environment}-${job}`);
