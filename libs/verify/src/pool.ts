/**
 * Applies `work` to every item, at most `width` at a time, and gives the results in order.
 * The first failure is thrown once all work under way has ended; nothing new is started after it.
 */
export async function mapInPool<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (const [at, item] of queue) {
      if (failure !== undefined) return;
      try {
        results[at] = await work(item);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, lane));
  if (failure !== undefined) throw failure.error;
  return results;
}
