import type { DashboardSnapshot } from '../snapshot.ts';

/** What arrives from the server. */
export type Message =
  | { readonly snapshot: DashboardSnapshot; readonly problem?: undefined }
  | { readonly snapshot?: undefined; readonly problem: string };

/**
 * Calls `onMessage` for every snapshot from now on. A browser opens at most six connections to one
 * server, so its tabs share one stream: whoever holds the lock reads it and passes it on to the
 * others; when that tab closes, the next one takes over.
 */
export function listen(onMessage: (message: Message) => void): void {
  const others = new BroadcastChannel('ballast-snapshots');
  others.addEventListener('message', ({ data }: MessageEvent<Message>) => onMessage(data));
  const pass = (message: Message): void => {
    onMessage(message);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin already
    others.postMessage(message);
  };
  void navigator.locks.request('ballast-events', () => readForEver(pass));
  void readOnce(onMessage);
}

/** The first numbers, without waiting for the tab that reads the stream. */
async function readOnce(onMessage: (message: Message) => void): Promise<void> {
  try {
    const response = await fetch('/api/snapshot');
    const body: unknown = await response.json();
    onMessage(response.ok ? { snapshot: asSnapshot(body) } : problemIn(body));
  } catch {
    onMessage({ problem: 'the dashboard does not answer' });
  }
}

/** Never resolves: the lock is held until the tab is closed. */
function readForEver(pass: (message: Message) => void): Promise<never> {
  return new Promise<never>(() => {
    const events = new EventSource('/api/events');
    events.addEventListener('message', ({ data }: MessageEvent<string>) =>
      pass({ snapshot: asSnapshot(JSON.parse(data)) }),
    );
    events.addEventListener('problem', ({ data }: MessageEvent<string>) => pass(problemIn(JSON.parse(data))));
    events.addEventListener('error', () => pass({ problem: 'the dashboard does not answer, trying again' }));
  });
}

/** The server has checked it against the schema; the page does not carry a second copy of that check. */
function asSnapshot(body: unknown): DashboardSnapshot {
  return body as DashboardSnapshot;
}

function problemIn(body: unknown): Message {
  const isProblem =
    typeof body === 'object' && body !== null && 'problem' in body && typeof body.problem === 'string';
  return { problem: isProblem ? String(body.problem) : 'the numbers could not be read' };
}
