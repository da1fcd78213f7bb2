import { signal } from '@preact/signals';
import { render } from 'preact';
import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { canariesPanel } from './canaries.ts';
import { capsPanel } from './caps.ts';
import { commitsPanel } from './commits.ts';
import { connectionWords } from './connection.ts';
import type { Connection } from './connection.ts';
import { flowPanel } from './flow.ts';
import { remember } from './history.ts';
import type { History } from './history.ts';
import { html } from './html.ts';
import { listen } from './live.ts';
import { noticesStrip } from './notices.ts';
import { originPanel } from './origin.ts';
import { refusalsPanel } from './refusals.ts';
import { stagesPanel } from './stages.ts';
import { strataPanel } from './strata.ts';
import { topicsPanel } from './topics.ts';
import { verdictStrip } from './verdict.ts';
import { waitingPanel } from './waiting.ts';

const snapshot = signal<DashboardSnapshot | undefined>(undefined);
const history = signal<History>(new Map());
const connection = signal<Connection>({ arrived: undefined, problem: undefined });
const now = signal(Date.now());

function Page(): VNode {
  const current = snapshot.value;
  const { word, isStale } = connectionWords(connection.value, current?.running ?? true, now.value);
  return html`<a class="skip" href="#main">Skip to the numbers</a>
    <header>
      <h1>Ballast <span>${current?.dataset}</span></h1>
      <p class="connection ${isStale ? 'stale' : ''}"><span class="dot" aria-hidden="true"></span>${word}</p>
    </header>
    <main id="main" tabindex="-1" class=${isStale ? 'stale' : ''}>
      ${current === undefined ? html`<p class="empty">Waiting for the first numbers …</p>` : panels(current)}
    </main>
    <footer>
      <p>
        Read-only, on this machine only. The same numbers as data: <a href="/api/snapshot">/api/snapshot</a>.
        Prove them: <code>ballast audit</code>.
      </p>
    </footer>`;
}

function panels(current: DashboardSnapshot): VNode {
  return html`${noticesStrip(current)} ${verdictStrip(current)}
    <div class="grid">
      ${capsPanel(current)} ${originPanel(current)} ${flowPanel(current)} ${waitingPanel(current)}
      ${commitsPanel(current, now.value)} ${canariesPanel(current)} ${stagesPanel(current)}
      ${topicsPanel(current, history.value)} ${refusalsPanel(current)} ${strataPanel(current)}
    </div>`;
}

listen((message) => {
  now.value = Date.now();
  if (message.snapshot === undefined) {
    connection.value = { ...connection.value, problem: message.problem };
    return;
  }
  connection.value = { arrived: Date.now(), problem: undefined };
  history.value = remember(history.value, message.snapshot.topics);
  snapshot.value = message.snapshot;
});
// Ages go on while nothing arrives: old numbers must not look current.
setInterval(() => {
  now.value = Date.now();
}, 1_000);

const root = document.querySelector('#page');
if (root !== null) {
  root.replaceChildren();
  render(html`<${Page} />`, root);
}
