import type { Store } from '@ballast/table';
import type { Faults } from './faults.ts';
import type { Task } from './schedule.ts';

/** Objects of a simulated store, by key. */
export type Objects = Map<string, Uint8Array>;

/** A store in memory as one incarnation reaches it: a put may be delayed, and its answer lost. */
export function memoryStore(objects: Objects, task: Task, faults: Faults, changed: () => void): Store {
  return {
    async putIfAbsent(key, bytes) {
      await task.park();
      if (objects.has(key)) return 'exists';
      objects.set(key, bytes);
      changed();
      if (faults.losesAnswer()) throw new Error('the answer to a put was lost');
      return 'created';
    },
    get: async (key) => objects.get(key),
    list: async (prefix) =>
      [...objects.keys()]
        .filter((key) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'))
        .map((key) => key.slice(prefix.length))
        .toSorted(),
  };
}
