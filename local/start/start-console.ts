import { ConsoleServer, type ConsoleOptions } from '../console/console-server';

/** Where the console is, unless somebody else is there. */
export const CONSOLE_PORT = 8081;

/**
 * Starts the console. The usual port gives way to any free one where it is taken: nobody should have to do without a tunnel for a page about it.
 * @param port what was asked for by name
 * @throws Error with code EADDRINUSE for a port that was asked for
 */
export async function startConsole(options: ConsoleOptions, port: number | undefined): Promise<ConsoleServer> {
  if (port !== undefined) return ConsoleServer.start(options, port);
  try {
    return await ConsoleServer.start(options, CONSOLE_PORT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return ConsoleServer.start(options, 0);
  }
}
