import { NpmStart } from './npm-start';

/** The addresses of the tunnel that `npm start` has made. */
export interface StreamingTunnel {
  /** Carries whole answers. */
  readonly pathUrl: string;
  /** Carries answers as they are made. */
  readonly streamUrl: string;
  stop(): Promise<void>;
}

/** Runs `npm start` on free ports, with these options, until its tunnel is ready. */
export async function startStreaming(...options: readonly string[]): Promise<StreamingTunnel> {
  const start = NpmStart.run(['--', '--json', '--http-port', '0', '--stream-port', '0', '--no-console', ...options]);
  const { tunnel } = (await start.ready()) as unknown as { tunnel: Omit<StreamingTunnel, 'stop'> };
  return {
    ...tunnel,
    async stop() {
      if (start.npm.exitCode === null) start.ctrlC();
      await start.ended();
    },
  };
}
