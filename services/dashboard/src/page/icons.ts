import type { VNode } from 'preact';
import { html } from './html.ts';

const paths = {
  holds: html`<path d="M11 20.5l6 6 12-13" />`,
  filling: html`<path
    d="M13 10h14M13 30h14M14.5 10c0 6 5.5 7 5.5 10s-5.5 4-5.5 10M25.5 10c0 6-5.5 7-5.5 10s5.5 4 5.5 10"
  />`,
  broken: html`<path d="M20 11v11M20 28.4v.2" />`,
} as const;

/** A sign for a state; the state is always written beside it, so the sign itself is not read out. */
export function icon(name: keyof typeof paths): VNode {
  return html`<svg class="icon ${name}" viewBox="0 0 40 40" width="40" height="40" aria-hidden="true">
    ${name === 'broken' ? html`<path class="plate" d="M20 3 38 36H2z" />` : html`<circle class="plate" cx="20" cy="20" r="18" />`}
    <g class="mark">${paths[name]}</g>
  </svg>`;
}
