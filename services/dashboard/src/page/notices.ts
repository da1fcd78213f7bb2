import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { html } from './html.ts';

/** What could not be read, above everything that would otherwise look current. Announced when it changes. */
export function noticesStrip({ notices = [] }: DashboardSnapshot): VNode {
  return html`<div class="notices" role="status" aria-live="polite">
    ${notices.map((notice) => html`<p>${notice}</p>`)}
  </div>`;
}
