/**
 * Switches one guard off: loaded with `node --import`, it changes the source of the guard as the module is
 * read. The product itself has no such switch. BALLAST_MUTATION names an entry of mutations.ts.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mutations } from './mutations.ts';
import type { Mutation } from './mutation.ts';

const root = new URL('../../', import.meta.url);
const name = process.env['BALLAST_MUTATION'];
const mutation = mutations.find((each) => each.name === name);
if (name !== undefined && mutation === undefined) throw new Error(`there is no mutation "${name}"`);
if (mutation !== undefined) apply(mutation);

function apply({ name: applied, patches }: Mutation): void {
  const sources = new Map(patches.map(({ file }) => [new URL(file, root).href, '']));
  for (const href of sources.keys()) sources.set(href, readFileSync(fileURLToPath(href), 'utf8'));
  for (const { file, find, replace } of patches) {
    const { href } = pathToFileURL(fileURLToPath(new URL(file, root)));
    const source = sources.get(href) ?? '';
    if (source.split(find).length !== 2) {
      // Not the status of a red test: a mutation that has aged must not pass for one that was caught.
      process.stderr.write(`mutation "${applied}": ${file} does not hold its text exactly once\n`);
      process.exit(3);
    }
    sources.set(
      href,
      source.replace(find, () => replace),
    );
  }
  registerHooks({
    load(url, context, next) {
      const source = sources.get(url);
      if (source === undefined) return next(url, context);
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
}
