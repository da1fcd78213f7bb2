import { availableParallelism } from 'node:os';
import { openJavascript } from './javascript/open.ts';
import type { Language, Sandbox, Unavailable } from './program.ts';
import { openPython } from './python/open.ts';

export type { Sandbox, Unavailable } from './program.ts';

/** What a host can confine. */
export interface OpenedSandbox {
  /** Absent when there is no language it could run. A language it cannot run ends `no_sandbox`. */
  readonly sandbox: Sandbox | undefined;
  /** What is missing, why, and what would help. Empty when every language can be checked. */
  readonly missing: readonly Unavailable[];
}

/** How to open the sandboxes. */
export interface SandboxOptions {
  /** Checks of one language that run at once. Default: one per core. */
  readonly lanes?: number;
  /** Starts a thread now to prove that JavaScript can be run, too. Default: when one is first needed. */
  readonly prove?: boolean;
}

/**
 * Opens what this host can confine: Python in bubblewrap, JavaScript and TypeScript in QuickJS. Code
 * never runs unconfined.
 */
export async function openSandbox({
  lanes = availableParallelism(),
  prove = false,
}: SandboxOptions = {}): Promise<OpenedSandbox> {
  const opened = await Promise.all([openPython({ lanes }), openJavascript({ lanes, prove })]);
  const [python, javascript] = opened.map((each) => (each.available ? each.sandbox : undefined));
  const missing = opened.filter((each) => !each.available);
  if (python === undefined && javascript === undefined) return { sandbox: undefined, missing };
  return { sandbox: joined({ python, javascript, typescript: javascript }), missing };
}

function joined(sandboxes: { readonly [L in Language]: Sandbox | undefined }): Sandbox {
  const each = [...new Set(Object.values(sandboxes))].filter((sandbox) => sandbox !== undefined);
  return {
    version: each.map(({ version }) => version).join('+'),
    run: async (program, limits) =>
      (await sandboxes[program.language]?.run(program, limits)) ?? { problem: 'no_sandbox' },
    close: async () => {
      await Promise.all(each.map((sandbox) => sandbox.close()));
    },
  };
}
