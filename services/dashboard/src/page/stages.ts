import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatAge, formatCount } from './format.ts';
import { html } from './html.ts';

/** How far each stage is behind: what it has not processed, and how long the oldest of it has been there. */
export function stagesPanel({ stages }: DashboardSnapshot): VNode | null {
  if (stages === undefined) return null;
  return html`<section aria-labelledby="stages" class="wide">
    <h2 id="stages">How far each stage is behind</h2>
    ${
      stages.length === 0
        ? html`<p class="empty">
            There is no topic to read yet: <code>ballast topics create</code>, then start the services.
          </p>`
        : html`<table class="stages">
            <thead>
              <tr>
                <th scope="col">stage</th>
                <th scope="col" class="roomy">reads</th>
                <th scope="col" class="number">documents behind</th>
                <th scope="col" class="number">oldest</th>
              </tr>
            </thead>
            <tbody>
              ${stages.map(
                ({ stage, reads, documents, seconds, note }) =>
                  html`<tr key="${stage} ${reads}">
                    <th scope="row">
                      <span class="strong">${stage}</span><small class="narrow">${reads}</small>
                      ${note === '' ? null : html`<small class="wait">${note}</small>`}
                    </th>
                    <td class="roomy">${reads}</td>
                    <td class="number strong">${formatCount(documents)}</td>
                    <td class="number">${seconds === undefined ? '–' : ageWords(documents, seconds)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
  </section>`;
}

/** How long the oldest unread document has been there; nothing unread has no age. */
function ageWords(documents: number, seconds: number): string {
  return documents === 0 ? 'nothing' : formatAge(seconds * 1_000);
}
