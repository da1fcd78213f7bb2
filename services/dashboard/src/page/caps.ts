import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatCap, formatShare, formatUpper } from './format.ts';
import { html } from './html.ts';

/** Right end of both bars, 0 to 1: a quarter beyond the largest of caps and bounds, so that both are seen. */
export function capScale({
  caps,
  shares,
  truth,
}: Pick<DashboardSnapshot, 'caps' | 'shares' | 'truth'>): number {
  const largest = Math.max(
    caps.unverified,
    caps.total,
    shares.unverified.u,
    shares.total.u,
    truth?.share ?? 0,
  );
  return Math.min(1, Math.max(0.01, largest * 1.25));
}

/** How far a bound is from its cap, in words: the cap is compared with the upper bound, never with the share. */
export function capRoom(u: number, cap: number): string {
  const points = Math.abs(cap - u) * 100;
  if (u > cap) return `${points.toFixed(1)} points above the cap`;
  return points < 0.05 ? 'exactly at the cap' : `${points.toFixed(1)} points of room`;
}

/** Both ceilings with the share F, the bound U and, where the truth is known, the truth. */
export function capsPanel(snapshot: DashboardSnapshot): VNode {
  const { caps, shares, truth } = snapshot;
  const scale = capScale(snapshot);
  const isEmpty = Object.values(snapshot.mixture).every(({ tokens }) => tokens === 0);
  return html`<section aria-labelledby="caps">
    <h2 id="caps">Synthetic share against its caps</h2>
    ${capBar({ title: 'Unverified synthetic text', ...shares.unverified, cap: caps.unverified, scale, isEmpty })}
    ${capBar({ title: 'All synthetic text', ...shares.total, cap: caps.total, scale, isEmpty, truth: truth?.share })}
    <p class="legend" aria-hidden="true">
      <span><span class="key f"></span>expected share F</span>
      <span><span class="key u"></span>uncertainty up to the bound U</span>
      <span><span class="key limit"></span>cap</span>
      ${truth === undefined ? null : html`<span><span class="key truth"></span>true share</span>`}
    </p>
    <details>
      <summary>What is compared with the cap?</summary>
      <p>
        Whether a text is synthetic can only be estimated. F is the expected share of synthetic tokens, with
        every document counted by its calibrated probability. U adds the calibration error and 2.33 standard
        deviations: the true share is below U with 99 % confidence. The cap is compared with U, in every
        judged unit of row groups; the bars show all kept text together.
      </p>
    </details>
  </section>`;
}

interface CapBar {
  readonly title: string;
  readonly f: number;
  readonly u: number;
  readonly cap: number;
  /** Right end of the bar, 0 to 1. */
  readonly scale: number;
  /** True while nothing is kept: there is no share yet, which is not the same as a share of 0. */
  readonly isEmpty: boolean;
  readonly truth?: number | undefined;
}

function capBar({ title, f, u, cap, scale, isEmpty, truth }: CapBar): VNode {
  const at = (share: number): string => `${(Math.min(1, share / scale) * 100).toFixed(2)}%`;
  return html`<div class="cap ${u > cap ? 'over' : ''}">
    <h3>${title}</h3>
    <p class="bound">
      ${
        isEmpty
          ? html`<span class="of">no text yet, ${formatCap(cap)} allowed</span>`
          : html`<strong>at most ${formatUpper(u)}</strong>${' '}<span class="of"
                >of ${formatCap(cap)} allowed</span
              >`
      }
    </p>
    <div class="track" aria-hidden="true">
      ${isEmpty ? null : html`<span class="u" style=${{ width: at(u) }}></span>`}
      ${isEmpty ? null : html`<span class="f" style=${{ width: at(f) }}></span>`}
      <span class="limit" style=${{ left: at(cap) }}></span>
      ${truth === undefined ? null : html`<span class="truth" style=${{ left: at(truth) }}></span>`}
    </div>
    <p class="room">
      ${isEmpty ? null : html`<span>expected ${formatShare(f)}</span><span>${capRoom(u, cap)}</span>`}
    </p>
  </div>`;
}
