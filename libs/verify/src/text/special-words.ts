const list = (words: string): readonly string[] => words.trim().split(/\s+/u);

/** Contractions of no common pattern, as their tokens. */
export const irregular: readonly (readonly string[])[] = [
  ["y'", 'all'],
  ['y', 'all'],
  ['how', "'d", "'y"],
  ['How', "'d", "'y"],
  ['not', "'ve"],
  ['not', 've'],
  ['Not', "'ve"],
  ['Not', 've'],
  ['can', 'not'],
  ['Can', 'not'],
  ['gon', 'na'],
  ['Gon', 'na'],
  ['got', 'ta'],
  ['Got', 'ta'],
  ['let', "'s"],
  ['Let', "'s"],
  ["c'm", 'on'],
  ["C'm", 'on'],
];

/** Contractions that are words of their own and stay whole, in both cases. */
export const plainWords: readonly string[] = ['ill', 'its', 'hell', 'shell', 'shed', 'were', 'well', 'whore'];

/** Words that may lose their last letter to an apostrophe. */
export const clipped: readonly string[] = [
  'doin',
  'goin',
  'nothin',
  'nuthin',
  'ol',
  'somethin',
  'lovin',
  'havin',
];

/** Words that hold an apostrophe or a slash and are one token. */
export const unsplit: readonly string[] = list(`
  'S 's ‘S ‘s 're 'd and/or w/o 'Cause 'cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz 'bout ma'am Ma'am o'clock O'clock`);

/** Abbreviations that keep their full stop. */
export const abbreviations: readonly string[] = list(`
  Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. Ia. Id. Ill. Ind. Jan. Jul. Jun.
  Kan. Kans. Ky. La. Mar. Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla.
  Ore. Pa. S.C. Sep. Sept. Tenn. Va. Wash. Wis. a.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov.
  i.e. I.e. I.E. Inc. Jr. Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. p.m. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s.`);

/** Faces that are one token. */
export const emoticons: readonly string[] = list(String.raw`
  :) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-) (-8 ;) ;-) (; (-;
  :( :-( :(( :-(( :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| ]= =[ :1 :P :-P :p :-p
  :O :-O :o :-o :0 :-0 :() >:o :* :-* :3 :-3 =3 :> :-> :X :-X :x :-x :D :-D ;D ;-D =D xD XD xDD XDD 8D 8-D
  ^_^ ^__^ ^___^ >.< >.> <.< ._. ;_; -_- -__- v.v V.V v_v V_V o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o O.O o.o
  0.0 o.0 0.o @_@ <3 <33 <333 </3 (^_^) (-_-) (._.) (>_<) (*_*) (¬_¬) ಠ_ಠ ಠ︵ಠ (ಠ_ಠ) ¯\(ツ)/¯
  (╯°□°）╯︵┻━┻ ><(((*>`);
