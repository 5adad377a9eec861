import { Logger } from '@aws-lambda-powertools/logger';

/** The one Logger of a function; see telemetry.ts for what its lines carry. */
export const logger = new Logger();
