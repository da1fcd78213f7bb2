import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { hasBrowser, openBrowser } from '../browser/browser.ts';
import { Workplace } from './cli.ts';
import { pageOf } from './page-address.ts';
import { attested, declared, documents, jsonLines, writer } from './texts.ts';

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core')), 'utf8');
const found = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

const config = `
sources: [{ match: library-*, trust: human }]
ingest: [{ file: first.jsonl, trusted: [source] }, { file: second.jsonl, trusted: [source] }]
verify: { action: annotate, code: 'off' }
mixer: { rowGroupDocuments: 64, shardBytes: 65536 }
`;

describe('the page in a browser', { skip: hasBrowser ? false : 'no browser comes for this system' }, () => {
  const place = new Workplace();
  const write = writer(23);
  /** Errors and warnings of the console, violations of the content security policy among them. */
  const complaints: string[] = [];
  let browser: Browser;
  let url = '';
  /** Documents kept of the first file. */
  let first = '';

  /** Takes a file of human, machine and undeclared text into the table; gives the documents kept. */
  const ingest = async (name: string, human: number): Promise<string> => {
    const rows = [
      ...documents(`${name}-human`, human, write, attested),
      ...documents(`${name}-machine`, 20, write, declared),
      ...documents(`${name}-open`, 60, write, { source: 'forum' }),
    ];
    place.write(`${name}.jsonl`, jsonLines(rows));
    const flags = ['--table', 'table', '--config', 'pipeline.yaml', '--workers', '1'];
    return (await place.run(['--input', `${name}.jsonl`, ...flags])).flow.kept.toLocaleString('en-GB');
  };

  const open = async (width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    await page.getByRole('heading', { name: 'Where every document is' }).waitFor();
    await page.getByRole('rowheader', { name: 'forum' }).first().waitFor();
    return page;
  };

  before(async () => {
    place.write('pipeline.yaml', config);
    [first, browser] = await Promise.all([ingest('first', 400), openBrowser()]);
    url = await pageOf(place.start(['dashboard', '--table', 'table', '--config', 'pipeline.yaml']));
  });
  after(async () => {
    await browser.close();
    await place[Symbol.asyncDispose]();
  });

  test('shows what the table holds, and without a jump what the next commit adds', async () => {
    const page = await open(1_280);
    await page.getByRole('row', { name: `kept in the table ${first}` }).waitFor();
    // What moves by itself, and not because somebody did something: Layout Instability, W3C draft.
    await page.evaluate(`
      window.shifted = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifted += entry.value;
      }).observe({ type: 'layout-shift' });`);
    const wanted = await ingest('second', 200);
    assert.notEqual(first, wanted);
    await page.getByRole('row', { name: `kept in the table ${wanted}` }).waitFor();
    assert.match(await page.innerText('.sum'), /The sum is exact/);
    const shifted = Number(await page.evaluate('window.shifted'));
    assert.ok(shifted < 0.1, `layout shift of ${shifted}`);
    await page.close();
  });

  test('says per source family what canaries there are and what more would release', async () => {
    const page = await open(1_280);
    const row = page.getByRole('region', { name: 'Canaries' }).getByRole('row', { name: /forum/ });
    assert.match(await row.innerText(), /not calibrated/);
    await page.close();
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`has nothing that axe objects to, ${scheme}, wide and narrow`, async () => {
      const page = await open(1_280, scheme);
      await page.locator('summary').click();
      await page.evaluate(axe);
      for (const width of [1_280, 320]) {
        await page.setViewportSize({ width, height: 800 });
        const { violations } = found.parse(await page.evaluate('axe.run()'));
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html)]),
          [],
          `at ${width}`,
        );
      }
      await page.close();
    });
  }

  test('fits every width from 320 to 1280 without scrolling sideways', async () => {
    const page = await open(1_280);
    for (const width of [320, 375, 560, 820, 1_024, 1_280]) {
      await page.setViewportSize({ width, height: 800 });
      const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
      assert.ok(wide <= width, `${wide} px at ${width}`);
    }
    await page.close();
  });

  test('everything that can be used is reached by the keyboard, in order, and seen to be', async () => {
    const page = await open(1_280);
    const focused = async (): Promise<string> => {
      await page.keyboard.press('Tab');
      return String(
        await page.evaluate(`(() => {
          const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
          const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
          return (seen ? '' : 'unseen: ') + document.activeElement.textContent.trim();
        })()`),
      );
    };
    assert.equal(await focused(), 'Skip to the numbers');
    assert.equal(await focused(), 'What is compared with the cap?');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('details p').isVisible(), true);
    assert.equal(await focused(), '/api/snapshot');
    await page.close();
  });

  test('the console stays empty', () => {
    assert.deepEqual(complaints, []);
  });
});
