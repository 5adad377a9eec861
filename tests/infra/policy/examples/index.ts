/** By rule id; the rule over changes has recorded plans instead (tests/infra/plans). */
import { data } from './data';
import { events } from './events';
import { functions } from './functions';
import { gateways } from './gateways';
import { roles } from './roles';
import { streamingDoor } from './streaming-door';

export const EXAMPLES = { ...functions, ...roles, ...data, ...events, ...gateways, ...streamingDoor };
