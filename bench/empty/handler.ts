/** Nothing, so that what a function takes can be compared with what the runtime takes. */
export const handler = async (): Promise<Record<string, never>> => ({});
