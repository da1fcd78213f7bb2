import type { SnapshotStore } from '@ballast/detect';
import type { EmbeddedTopics } from '@ballast/stage/embedded';

/** The published values of the embedded topics as the detector asks for them. */
export function snapshotStore(published: EmbeddedTopics['published']): SnapshotStore {
  return {
    read: async (name) => published.read(name),
    publish: (name, value) => published.publish(name, value),
    list: async (prefix) => published.list(prefix),
  };
}
