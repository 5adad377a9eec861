import { ConsoleServer, type ConsoleOptions } from '../console/console-server';

/** The console's default port. */
export const CONSOLE_PORT = 8081;

/**
 * Starts the console. If the default port is taken, any free port is used: a port for the page must not stop the tunnel.
 * @param port the port that the user asked for
 * @throws Error with code EADDRINUSE if the user asked for a port that is taken
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
