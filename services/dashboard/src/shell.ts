import { createHash } from 'node:crypto';

/** Libraries of the page: bare name, as modules import it, and the path its file is served under. */
export const libraries = [
  { name: 'preact', path: '/library/preact.js' },
  { name: 'preact/hooks', path: '/library/preact-hooks.js' },
  { name: '@preact/signals-core', path: '/library/signals-core.js' },
  { name: '@preact/signals', path: '/library/signals.js' },
  { name: 'htm', path: '/library/htm.js' },
  { name: 'htm/preact', path: '/library/htm-preact.js' },
] as const;

const importMap = JSON.stringify({
  imports: Object.fromEntries(libraries.map(({ name, path }) => [name, path])),
});
const importMapHash = createHash('sha256').update(importMap).digest('base64');

/**
 * Nothing runs or loads that is not served here; the import map, which has to stand in the document,
 * by its hash. Trusted Types turn any attempt to make HTML or script out of text into an exception.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${importMapHash}'`,
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The document itself; everything in it is drawn by `/page/main.ts`. */
export const shell = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Ballast</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/style.css">
<script type="importmap">${importMap}</script>
${libraries.map(({ path }) => `<link rel="modulepreload" href="${path}">`).join('\n')}
<script type="module" src="/page/main.ts"></script>
</head>
<body>
<noscript><p class="empty">This page draws live numbers with JavaScript. The same numbers are at <a href="/api/snapshot">/api/snapshot</a>.</p></noscript>
<div id="page"><p class="empty">Waiting for the first numbers …</p></div>
</body>
</html>
`;
