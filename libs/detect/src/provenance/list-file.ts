/** A name in an address table: `0.0.0.0 example.com`. */
const hostsLine = /^(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+(\S+)$/;

/** A network rule of a blocker that names a domain and nothing else: `||example.com^`. */
const domainRule = /^\|\|([\w.-]+)\^(?:\$(?:all|document|third-party|doc))?$/;

/** Names in address tables that are no publisher. */
const localNames: ReadonlySet<string> = new Set(['localhost', 'localhost.localdomain', 'broadcasthost']);

/**
 * The sources that a list names, each once, in order: plain names and domains, lines of a hosts file and
 * domain rules of content blockers. Domains in small letters without `www.`. Other rules of blockers
 * (cosmetic ones, exceptions, paths) name no publisher and are not read.
 */
export function sourcesInList(content: string): readonly string[] {
  const names = new Set<string>();
  for (const raw of content.split('\n')) {
    const line = raw.replace(/\s+#.*$/, '').trim();
    if (line === '' || /^[#![]/.test(line) || line.startsWith('@@')) continue;
    const name = (hostsLine.exec(line)?.[1] ?? domainRule.exec(line)?.[1] ?? line).replace(/^www\./i, '');
    if (/^[\w.\-*]+$/.test(name) && !localNames.has(name))
      names.add(name.includes('.') ? name.toLowerCase() : name);
  }
  return [...names];
}
