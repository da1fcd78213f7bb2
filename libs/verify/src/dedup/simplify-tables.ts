import type { RangeTable } from '../text/ranges.ts';

/** The 770 decimal digits (`\p{Nd}`) that datatrove 0.10 turns into `0`: PyPI `regex` 2026.11.19, Unicode 17. */
export const decimalDigits: RangeTable = [
  '1c,9 17r,9 3r,9 5j,9 bh,9 3b,9 3b,9 3b,9 3b,9 3b,9 3b,9 3b,9 3b,9 3b,9 2p,9 3b,9 1z,9 7r,9 1z,9',
  '1fr,9 13,9 8d,9 3l,9 4n,9 7,9 53,9 2f,9 3r,9 7,9 r7r,9 iv,9 13,9 5j,9 n,9 2f,9 bb,9 gev,9 13b,9',
  '1on,9 7,9 m5,9 3l,9 1p,9 41,9 7r,9 9j,9 3b,9 af,9 2v,9 7,j 25,9 br,9 2v,9 if,9 2f,9 6v,9 1z,9',
  '1j,9 9z,9 d07,9 1t3,9 2f,9 3r,9 ev,9 iuv,9 251,1d 1tt,9 br,9 dz,9 6w,9 nq,9 3o7,9',
];

/** General category Mn in Unicode 14.0.0 (Python 3.11 `unicodedata`): what datatrove removes after NFD. */
export const nonspacingMarks: RangeTable = [
  'lc,33 7o,4 7e,18 2 2,1 2,1 2 21,a 1d,k h 2u,6 3,5 3,1 2,3 10 v,q 2k,a 1n,8 a p,3 2,8 2,2 2,4',
  '18,2 1p,7 17,n 2,v 1k 2 5,7 5 4,6 b,1 u 1n 5,3 9 l,1 r 3,1 1m 5,1 5,1 3,2 4 v,1 4 c,1 1m 5,4 2,1',
  '5 l,1 n,5 2 1n 3 2,3 9 8,1 c,1 v 1q d 1f 4 1k 2,2 6,2 2,3 8,1 c,1 u 1n 3 7 6,1 l,1 t,1 1m,1 5,3',
  '9 l,1 u 21 8,2 2 2j 3,6 d,7 2r 3,8 c,5 23,1 s 2 2 1k,d 2,4 2,1 6,a 2,z a 2v,3 2,5 2,1 3,1 q,1',
  '5,2 h,3 e 3,1 7 g jk,2 qb,2 u,1 v,1 v,1 1t,1 2,6 9 3,a a 1a,2 2 3a,1 z 3b,2 5,1 a 7,2 64,1 3 1n',
  '2,6 2 2 3,7 7,9 3 1d,d 2,f 1e,3 1d 2,4 2 6 15,8 d,1 x,3 3,1 2,2 1l 2,1 4 2,2 1n,7 3,1 49,2 2,c',
  '2,6 5 7 4,1 5j,1r k1,c 5 4,b 2db,2 3y 2p,v ff,3 30,1 n9x 5,9 x,1 29,1 7l 4 5 q,1 6 48,1 r,h e',
  '13,7 q,a 1b,2 1d 3,3 3,1 14 1w,5 3,1 3,1 d 9 1c 1g 2,2 3,1 6,1 2 17,1 9 6n 3 5 fn5 ki,f h,f r2',
  '6b 46,4 1af,2 2,1 6,3 15,2 5 4m,1 fy,3 as,1 4a,a 1e,3 3g 1j,e 16 3,1 b,2 1e,3 3,1 8 1q,2 11,4',
  '2,7 1r d,1 1h,8 b,3 3 2o,2 3 2,1 7 4h 4,7 m,1 1m,1 4 12,6 4,4 5g,7 3,2 2 o 2d,5 2 5,1 2,1 6n,3',
  '7,1 2,1 s,1 2e,7 3 2,1 2z 2 3,5 2 2u,2 3,3 2,4 78,8 2,1 75,1 2 5 41,3 3,1 5 x,9 15,5 3,3 9 a,5',
  '3,2 1b,c 2,1 bb,6 2,5 2 2b,l 3,6 2,1 2,1 3f,5 4 2,1 2,6 2 21,1 4 2 9o,1 f0c,4 1o,6 t5 1s,3 2a',
  'f5l,1 3mq,19 3,m f5,2 i,7 3,6 v,3 45,2 1j0,1i 5,1d 9 f n,4 2,e 11t,6 2,g 3,6 2,1 2,4 7a,6 ag',
  '1q,3 15t,6 32,6 gzhy,6n',
];

/** Code points assigned in Unicode 14.0.0 (Python 3.11): the others have no case and no decomposition there. */
export const assignedIn14: RangeTable = [
  '0,on 3,5 5,6 2 2,j 2,b0 2,11 3,1d 3,2 2,1i 9,q 5,5 c,7h 2,1n 3,2s f,1m 3,1c 3,e 2,r 3 2,a 6,u',
  '2,1 7,6j 2,7 3,1 3,l 2,6 2 4,3 3,8 3,1 3,3 9 5,1 2,4 3,o 3,2 2,5 5,1 3,l 2,6 2,1 2,1 2,1 3 2,4',
  '5,1 3,2 4 8,3 2 8,g b,2 2,8 2,2 2,l 2,6 2,1 2,4 3,9 2,2 2,2 3 g,3 3,b 8,6 2,2 2,7 3,1 3,l 2,6',
  '2,1 2,4 3,8 3,1 3,2 8,2 5,1 2,4 3,h b,1 2,5 4,2 2,3 4,1 2 2,1 4,1 4,2 4,b 5,4 4,2 2,3 3 7 f,k',
  '6,c 2,2 2,m 2,f 3,8 2,2 2,3 8,1 2,2 3 3,3 3,9 8,l 2,2 2,m 2,9 2,4 3,8 2,2 2,3 8,1 7,1 2,3 3,9',
  '2,1 e,c 2,2 2,1e 2,2 2,5 5,f 3,p 2,2 2,h 4,n 2,8 2 3,6 4 5,5 2 2,7 7,9 3,2 d,1l 5,s 12,1 2 2,4',
  '2,n 2 2,m 3,4 2 2,5 3,9 3,3 x,1z 2,z 5,12 2,z 2,e 2,c 12,5h 2 6 3,ag 2,3 3,6 2 2,3 3,14 2,3 3,w',
  '2,3 3,6 2 2,3 3,e 2,1k 2,3 3,1u 3,v 4,p 7,2d 3,5 3,ik 4,2g 8,l a,n a,j d,c 2,2 2,1 d,2l 3,9 7,9',
  '7,p 7,2g 8,16 6,1x b,u 2,b 5,b 5 4,15 3,4 c,17 5,p 7,a 4,1p 3,1s 2,s 3,a 7,9 7,d 3,u 1e,24 4,1a',
  '2,37 9,1n 4,e 4,1n 8,16 3,a 9,16 6,et 3,5 3,11 3,5 3,7 2 2 2 2,u 3,1g 2,e 2,d 3,5 2,i 3,2 2,8',
  '2,2s 2,b 3,q 2,c 4,w g,w g,3v 5,ie q,a m,1eb 3,v 2,9o 6,18 2 6 3,1j 8,1 f,n a,6 2,6 2,6 2,6 2,6',
  '2,6 2,6 2,6 2,3h z,p 2,2g d,5x r,b 5,1r 2,2d 3,2u 6,16 2,2l 2,2b d,1a 2,mlo 4,1i a,9n l,53 9,5m',
  '6,1 2 2,4 p,1m 4,9 7,1j 9,1x 9,b 7,37 c,t 4,25 2,a 5,w 2,1i a,d 3,9 3,2u p,r b,5 3,5 3,5 a,6 2,6',
  '2,1n 5,3h 3,9 7,8mb d,m 5,1c 5,6st 3,2x 13,6 d,4 6,p 2,4 2 2,1 2,1 2,3g h,cc 3,1h 8 x,15 7,1e',
  '2,i 2,3 5,4 2,3q 3 2,59 4,5 3,5 3,5 3,2 4,6 2,6 b,4 3,b 2,p 2,i 2,1 2,e 3,d z,3e 6,2 5,18 4,2f',
  '2,c 4 1c,19 3n,s 4,1c g,r 5,z a,t 6,16 6,t 2,10 5,d 17,4d 3,9 7,z 5,z 5,13 9,1f c,b 2,e 2,6 2,1',
  '2,a 2,e 2,6 2,1 1w,8m a,l b,7 p,5 2,15 2,8 1y,5 3 2,17 2,1 4 3,m 2,1z 9,8 1d,i 2,1 6,w 4,q 6',
  '1t,1j 5,j 3,1d 2,1 6,7 2,2 2,s 3,2 5,9 8,8 8,1r x,12 5,b a,1h 4,s 3,q 6,p 8,3 d,6 29,20 1k,1e',
  'e,1e 8,19 9,9 87,u 2,15 2,2 3,1 27,13 9,15 n,p 13,r l,m a,25 5,z a,1v b 3,o 8,9 7,1g 2,h 9,12',
  'a,2n 2,j c,h 2,17 1u,6 2 2,3 2,e 2,a 7,1m 6,9 7,3 2,7 3,1 3,l 2,6 2,1 2,4 2,9 3,1 3,2 3 7 6,6',
  '3,6 4,4 3w,2j 2,4 v,1z 9,9 4n,1h 3,11 z,1w c,9 7,c k,1l 7,9 1j,q 3,e 5,m 56,1n 2t,2a d,7 3 3,7',
  '2,1 2,t 2,1 3,b a,9 1z,7 3,19 3,a s,1z 9,2a e,20 7c,8 2,18 2,d b,s 4,v 3,l 2,d 22,6 2,1 2,17 4',
  '2,1 2,8 9,9 7,5 2,1 2,10 2,1 2,5 8,9 8n,o 54 g,1d e,pm 2v,32 2,4 c,5f 219,2q e,tq 2,8 348,g6',
  '6nu,fs 8,u 2,9 5,28 2,9 7,t 3,5 b,1x b,9 2,6 2,k 6,i j5,2i 2u,22 5,1k 8,g 1t,4 c,1 f,4qf 9,yd',
  '17,8 6w8,3 2,6 2,1 2,82 1a,2 i,3 9,az 1s5,2y 6,c 4,8 8,9 3,7 3ml,19 3,m a,37 1p,6t b,12 3,5d',
  'm,1x 4b,j d,2e a,o 3s,2c 2,1y 2,1 3 3,1 3,3 2,b 2 2,6 2,1s 2,3 3,7 2,6 2,r 2,3 2,4 2 4,6 2,9f',
  '3,83 3,jh g,4 2,e up,u 6a,6 2,g 3,6 2,1 2,4 5y,18 4,d 3,9 5,1 8x,u i,1l 6 yp,6 2,3 2,1 2,e 2,5g',
  '3,f 16,23 5,9 5,1 lu,1v 25,1o 5f,3 2,q 2,1 2 3 2,9 2,3 2 2 7 5 2 2 2,2 2,1 2 3 2 2 2 2 2,1 2 3,3',
  '2,6 2,3 2,3 2 2,9 2,g 6,2 2,4 2,g 1h,1 7j,17 5,2r d,e 3,e 2,e 2,10 b,4t 1l,s e,17 5,8 8,1 f,5',
  '4b,rb 6,f 4,c 4,37 d,2g 8,b 5 g,b 5,1j 9,9 7,13 9,t 3,1 27,9f d,d 3,4 4,4 4,6 a,s 4,a 6,5 b,9',
  '7,7 9,6 a,42 2,1i 12,9 sn,wyn x,37c 8,65 3,4g1 f,5rk 2e8,f1 15v,3t6 fcfr v,2n 3l,6n 1e6p,1ekd',
  '3,1ekd',
];

/**
 * Those of {@link nonspacingMarks} that NFD moves nothing past: they, or what they decompose into, are of
 * combining class 0. Unicode 14.0.0.
 */
export const immovableMarks: RangeTable = [
  'nj uv,a 9c,2 1k 7,7 d,2 b,1 u 1s,3 u,1 u,1 1r,1 5,1 3,1 5 v,1 4 c,1 1r,4 2,1 q,1 n,5 2 1q 2,3',
  'h,1 c,1 v 1q 1s 4 1m,2 6,2 2,2 m,1 u 1q 7 6 m,1 t,1 1s,3 u,1 u 29,2 2 2j 3,3 g 5,2 2r 3,3 4,1',
  'g,1 4p,3 5 f,a 2,z 35,3 2,4 7,1 q,1 5,2 h,3 e 3,1 n 19x,1 v,1 v,1 v,1 1t,1 2,6 9 3,8 2 1k,2 2',
  '3a,1 4a,2 5,1 a 6h 1n 2,6 4 3,7 7,1 3w,3 1f,4 2 6 1q,1 x,3 3,1 3,1 1n,1 4 2,2 1n,7 3 rm4 9 q,1',
  '4f 1m 13,4 t,a 1b,2 1g,3 3,1 14 1w,5 3,1 3,1 d 9 1c 34,1 6w 3 g7s,f 2cy,2 2,1 6 2 16b 1j,d 1a,1',
  'c,1 1e,3 c 2t,4 2,5 26,1 1h,8 b 2,1 3 2o,2 3 3 7 4h 4,5 o,1 1r 6w,7 4,1 33,5 2 5,1 6q,3 7,1 v,1',
  '2e,7 3 3 2z 2 3,5 2w,2 3,3 2,3 79,8 78,1 48,3 3,1 12,9 15 2,3 3,3 j,5 3,2 1b,c 2 bc,6 2,5 2d,l',
  '3,6 2,1 2,1 3f,5 4 2,1 2,2 2 4 21,1 4 9q,1 fvf 1s,3 2a f5l 3mr,19 3,m 24a,1i 5,1d 9 f n,4 2,e',
  'h2dt,6n',
];

/**
 * Canonical combining classes, other than 0, of marks that stay in the text because they are not of
 * category Mn. Unicode 14.0.0, Python 3.11 `unicodedata`.
 */
export const combiningClasses: ReadonlyMap<number, number> = new Map([
  ...[0x1715, 0x1734, 0x1b44, 0x1baa, 0x1bf2, 0x1bf3, 0xa953, 0xa9c0].map((mark) => [mark, 9] as const),
  ...[0x111c0, 0x11235, 0x1134d, 0x116b6, 0x1193d].map((mark) => [mark, 9] as const),
  ...[0x302e, 0x302f].map((mark) => [mark, 224] as const),
  ...[0x16ff0, 0x16ff1].map((mark) => [mark, 6] as const),
  ...[0x1d165, 0x1d166, 0x1d16e, 0x1d16f, 0x1d170, 0x1d171, 0x1d172].map((mark) => [mark, 216] as const),
  [0x1d16d, 226],
]);
