/**
 * What the hostile agent does with its own token. `forge`: answers and errors for requests of other tunnels. `late`: answers to requests
 * that are over, and several answers to its own. `tickets`: answers and upload requests with tickets that are stolen, damaged, over, or used
 * again. `uploads`: upload requests for requests of other tunnels. `garbage`: messages that follow no protocol. `floods`: `ready` and `ping`,
 * again and again. `reconnects`: connections that are opened and cut.
 */
export const ATTACKS = ['forge', 'late', 'tickets', 'uploads', 'garbage', 'floods', 'reconnects'] as const;
export type Attack = (typeof ATTACKS)[number];
