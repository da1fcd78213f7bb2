// Controls (Cc) and what reorders or hides text without ink (Cf: bidi marks, zero width, tags).
const unsafe = /(?![\t\n])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Text that is safe to print on a terminal: control and bidi characters are spelled `\u202e`, so that
 * a value can neither move the cursor nor show other text than it holds. Tabs and line ends stay.
 */
export function visible(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}
