/** Characters that look like the Latin letter they stand under. */
export interface LookAlikes {
  readonly [letter: string]: string | undefined;
}

/**
 * Two alphabets without a character in common, so that a fold which knows one by heart is found out. Every
 * character stands in Unicode's list of confusables (UTS 39) under the letter it replaces.
 */
export const lookAlikes = {
  cyrillic: {
    a: '\u0430',
    c: '\u0441',
    d: '\u0501',
    e: '\u0435',
    h: '\u04bb',
    i: '\u0456',
    j: '\u0458',
    o: '\u043e',
    p: '\u0440',
    q: '\u051b',
    s: '\u0455',
    w: '\u051d',
    x: '\u0445',
    y: '\u0443',
    A: '\u0410',
    B: '\u0412',
    C: '\u0421',
    E: '\u0415',
    H: '\u041d',
    I: '\u0406',
    K: '\u041a',
    M: '\u041c',
    O: '\u041e',
    P: '\u0420',
    S: '\u0405',
    T: '\u0422',
    X: '\u0425',
  },
  /** Greek, Armenian and letter-like characters of the Latin blocks. */
  other: {
    a: '\u0251',
    c: '\u1d04',
    e: '\u212e',
    g: '\u0261',
    h: '\u0570',
    i: '\u03b9',
    n: '\u0578',
    o: '\u03bf',
    p: '\u03c1',
    u: '\u057d',
    v: '\u03bd',
    y: '\u03b3',
    A: '\u0391',
    B: '\u0392',
    E: '\u0395',
    H: '\u0397',
    I: '\u0399',
    K: '\u039a',
    M: '\u039c',
    N: '\u039d',
    O: '\u039f',
    P: '\u03a1',
    S: '\u054f',
    T: '\u03a4',
    X: '\u03a7',
    Z: '\u0396',
  },
} as const satisfies { readonly [name: string]: LookAlikes };
