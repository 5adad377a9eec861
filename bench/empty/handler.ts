/** An empty handler. The bench compares a function's cost with the cost of the runtime alone. */
export const handler = async (): Promise<Record<string, never>> => ({});
