import { html as tag } from 'htm/preact';
import type { VNode } from 'preact';

/**
 * Markup as a tagged template: `html`<p>${text}</p>`` gives one preact node. Values only ever become
 * text or attributes, never markup.
 */
export const html: (strings: TemplateStringsArray, ...values: readonly unknown[]) => VNode = tag;
