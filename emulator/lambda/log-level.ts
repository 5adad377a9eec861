import { LOG_LEVELS, type LogLevel } from '../specs';

export const isLogLevel = (text: unknown): text is LogLevel => LOG_LEVELS.some((level) => level === text);

export const isAtLeast = (level: LogLevel, least: LogLevel): boolean => LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);

/** The level of a line that a function has written: the `level` of its JSON, otherwise INFO. Metrics have no level. */
export function levelOf(line: string): LogLevel {
  if (!line.startsWith('{')) return 'INFO';
  try {
    const { level } = JSON.parse(line) as { level?: unknown };
    const name = typeof level === 'string' ? level.toUpperCase() : level;
    return isLogLevel(name) ? name : 'INFO';
  } catch {
    return 'INFO';
  }
}
