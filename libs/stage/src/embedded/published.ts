import { createHash } from 'node:crypto';
import type { Published, PublishedValue } from '../ports.ts';
import type { Environment } from './environment.ts';

/** How many versions of a name are kept: verdicts in flight still name older ones. */
const versionsKept = 16;

/** The published values of an environment. */
export function openPublished(environment: Environment): Published {
  const { published } = environment;
  const versions = (name: string): { readonly sequence: number; readonly entry: PublishedValue }[] =>
    [...published.getRange({ start: [name, Number.MAX_SAFE_INTEGER], end: [name, -1], reverse: true })].map(
      ({ key, value }) => ({ sequence: Number(key[1]), entry: value }),
    );
  return {
    async read(name, version) {
      environment.refresh();
      if (version !== undefined) return versions(name).find(({ entry }) => entry.version === version)?.entry;
      for (const { value } of published.getRange({
        start: [name, Number.MAX_SAFE_INTEGER],
        end: [name, -1],
        reverse: true,
        limit: 1,
      })) {
        return value;
      }
      return undefined;
    },
    async publish(name, value) {
      const version = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
      await environment.transact(() => {
        const known = versions(name);
        if (known[0]?.entry.version === version) return;
        void published.put([name, (known[0]?.sequence ?? 0) + 1], { version, value });
        for (const { sequence } of known.slice(versionsKept - 1)) void published.remove([name, sequence]);
      });
      await environment.flush();
      return version;
    },
    async list(prefix) {
      environment.refresh();
      const names = new Set<string>();
      for (const [name] of published.getKeys({}))
        if (String(name).startsWith(prefix)) names.add(String(name));
      return [...names];
    },
  };
}
