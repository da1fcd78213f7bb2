import type { Started } from './cli.ts';

/** Where the page of a dashboard is: waits for the line that says so. Rejects when the process ends first. */
export async function pageOf({ child, ended }: Started): Promise<string> {
  return await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [address] = /http:\S+\//.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    });
    void ended.then(({ stderr }) => reject(new Error(stderr)));
  });
}
