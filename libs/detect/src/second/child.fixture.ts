import { existsSync, writeFileSync } from 'node:fs';

/**
 * Speaks to a pool like a process that holds a classifier, but misbehaves as the text says: `crash`, `mute`,
 * `once FILE` (crashes unless FILE exists, and writes it), `empty` (no score). Any other text scores its length.
 */
process.on('disconnect', () => process.exit(0));
process.on('message', (message: { readonly kind: string; readonly texts?: readonly string[] }) => {
  if (message.kind === 'stop') process.disconnect();
  for (const text of message.texts ?? []) {
    if (text === 'mute') return;
    if (text === 'crash') process.kill(process.pid, 'SIGKILL');
    const [word, file = ''] = text.split(' ');
    if (word === 'once' && !existsSync(file)) {
      writeFileSync(file, '');
      process.kill(process.pid, 'SIGKILL');
    }
    process.send?.({ kind: 'scored', logOdds: text === 'empty' ? null : text.length });
  }
});
process.send?.({ kind: 'ready' });
