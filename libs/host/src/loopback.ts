/** The headers that tell under which name, and for which page, a loopback server is asked. */
interface Named {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}

/**
 * Why a request to a loopback server must be turned away; undefined when it may be answered. A foreign
 * page can make its own name resolve to 127.0.0.1 (DNS rebinding) and would then read this server as its
 * own origin: so the name asked for must be `127.0.0.1`, `localhost` or `[::1]` with exactly this
 * port, and so must the page that asks, if one does.
 */
export function foreignTo(port: number | undefined, { host, origin }: Named): 'host' | 'origin' | undefined {
  const isOwn = (name: string | undefined): boolean =>
    ['127.0.0.1', 'localhost', '[::1]'].some((own) => name?.toLowerCase() === `${own}:${port}`);
  if (port === undefined || !isOwn(host)) return 'host';
  if (origin === undefined || (origin.startsWith('http://') && isOwn(origin.slice('http://'.length))))
    return undefined;
  return 'origin';
}
