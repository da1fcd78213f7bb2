/** Own pairs of answers: found, then expected, between them ` ~ `; one pair a line. */
const lines = (text: string): readonly (readonly [found: string, expected: string])[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [found = '', expected = ''] = line.split(' ~ ');
      return [found.trim(), expected.trim()];
    });

/** Pairs of the same value. */
export const equalPairs = lines(String.raw`
\frac{1}{2} ~ 0.5
\frac{2}{4} ~ \frac12
\dfrac{3}{9} ~ 1/3
1{,}000 ~ 1000
1,000 ~ 10^3
1\,000\,000 ~ 10^6
12,345.50 ~ 12345.5
0.1 + 0.2 ~ 0.3
3.0 ~ 3
-0 ~ 0
+7 ~ 7
--7 ~ 7
2^{10} ~ 1024
2^{-3} ~ 0.125
2**10 ~ 1024
3 \times 10^{8} ~ 300000000
3e8 ~ 3 \cdot 10^{8}
50\% ~ 0.5
\binom{5}{2} ~ 10
\binom{10}{0} ~ 1
\binom{n}{2} ~ \frac{n(n-1)}{2}
\binom{n}{k} ~ \frac{n!}{k!(n-k)!}
5! ~ 120
\frac{10!}{8!} ~ 90
n! ~ n (n-1)!
\frac{d}{dx} x^2 ~ 2x
\frac{d}{dx} \sin x ~ \cos x
\frac{d}{dx} e^{2x} ~ 2e^{2x}
\frac{d}{dx} (x^3+2x) ~ 3x^2+2
\frac{d}{dx} \ln x ~ \frac{1}{x}
\frac{d}{dx} x \sin x ~ \sin x + x\cos x
\frac{x^2-1}{x-1} ~ x+1
\frac{x^3-8}{x-2} ~ x^2+2x+4
\sin^2 x + \cos^2 x ~ 1
\sin 2x ~ 2 \sin x \cos x
\cos 2x ~ 1 - 2\sin^2 x
\tan x ~ \frac{\sin x}{\cos x}
1 + \tan^2 x ~ \sec^2 x
\cot x ~ \frac{1}{\tan x}
\csc x ~ \frac{1}{\sin x}
\sin(x+y) ~ \sin x \cos y + \cos x \sin y
\cosh^2 x - \sinh^2 x ~ 1
\tanh x ~ \frac{e^{2x}-1}{e^{2x}+1}
(x+1)^2 ~ x^2+2x+1
(a+b)(a-b) ~ a^2-b^2
(a+b)^3 ~ a^3+3a^2 b+3a b^2+b^3
x(x+1) ~ x^2+x
2xy ~ 2yx
x+y ~ y+x
10^10 ~ 10000000000
\frac{a}{b}+\frac{c}{d} ~ \frac{ad+bc}{bd}
\frac{1}{x}+\frac{1}{y} ~ \frac{x+y}{xy}
\frac{x}{2} ~ 0.5x
\frac{2x+4}{2} ~ x+2
-(x-1) ~ 1-x
x^{-1} ~ \frac{1}{x}
x^2 \cdot x^3 ~ x^5
(x^2)^3 ~ x^6
\sqrt{4} ~ 2
\sqrt{2} ~ 2^{1/2}
\sqrt{8} ~ 2\sqrt{2}
\sqrt{12}+\sqrt{27} ~ 5\sqrt{3}
\frac{1}{\sqrt{2}} ~ \frac{\sqrt{2}}{2}
\sqrt[3]{27} ~ 3
\sqrt[3]{-8} ~ -2
\sqrt[3]{2} ~ 2^{1/3}
\sqrt{\frac{1}{4}} ~ 0.5
\sqrt{3-2\sqrt{2}} ~ \sqrt{2}-1
\sqrt{5+2\sqrt{6}} ~ \sqrt{2}+\sqrt{3}
\frac{1}{\sqrt{3}-1} ~ \frac{\sqrt{3}+1}{2}
\frac{\sqrt{5}-1}{2} ~ \frac{2}{1+\sqrt{5}}
\sqrt{x^2} ~ |x|
|{-3}| ~ 3
|x-1| ~ |1-x|
\pi ~ \pi
2\pi ~ \pi+\pi
\frac{\pi}{2} ~ 0.5\pi
\sin \frac{\pi}{6} ~ \frac{1}{2}
\cos \frac{\pi}{4} ~ \frac{\sqrt{2}}{2}
\tan \frac{\pi}{3} ~ \sqrt{3}
\sin \pi ~ 0
\cos \pi ~ -1
\arctan 1 ~ \frac{\pi}{4}
\arcsin \frac{1}{2} ~ \frac{\pi}{6}
\arccos 0 ~ \frac{\pi}{2}
\tan^{-1} 1 ~ \arctan 1
\sin^{-1} 1 ~ \frac{\pi}{2}
(\sin x)^{-1} ~ \csc x
4\arctan\frac{1}{5} - \arctan\frac{1}{239} ~ \frac{\pi}{4}
\arctan x + \arctan \frac{1}{2} - \arctan \frac{1}{2} ~ \arctan x
\cos \frac{\pi}{5} ~ \frac{1+\sqrt{5}}{4}
\sin \frac{\pi}{12} ~ \frac{\sqrt{6}-\sqrt{2}}{4}
e^0 ~ 1
e^{\ln 5} ~ 5
\ln e ~ 1
\ln e^3 ~ 3
\ln 8 ~ 3\ln 2
\ln 6 ~ \ln 2 + \ln 3
\ln \frac{1}{2} ~ -\ln 2
\log_2 8 ~ 3
\log_2 3 ~ \frac{\ln 3}{\ln 2}
\log_{10} 100 ~ 2
\log 1000 ~ 3
\log_3 81 ~ 4
\exp(x) ~ e^x
e^{x+y} ~ e^x e^y
e^{2\ln 3} ~ 9
2^x ~ e^{x\ln 2}
4^x ~ 2^{2x}
e^{-x} ~ \frac{1}{e^x}
\sum_{k=1}^{10} k ~ 55
\sum_{k=1}^{100} k^2 ~ 338350
\sum_{k=0}^{5} 2^k ~ 63
\sum_{k=1}^{n} k ~ \frac{n(n+1)}{2}
\sum_{k=1}^{n} k^3 ~ \frac{n^2(n+1)^2}{4}
\sum_{i=1}^{n} i ~ \sum_{k=1}^{n} k
\prod_{k=1}^{5} k ~ 120
\prod_{k=1}^{n} k ~ n!
\gcd(12,18) ~ 6
\lfloor 2.5 \rfloor ~ 2
\lfloor -2.5 \rfloor ~ -3
\lceil 2.1 \rceil ~ 3
\max(1, 2) ~ 2
0.\overline{3} ~ \frac{1}{3}
0.\overline{142857} ~ \frac{1}{7}
0.1\overline{6} ~ \frac{1}{6}
0.\overline{9} ~ 1
x = 5 ~ 5
y = 2x+1 ~ 1+2x
x_1 = 3 ~ 3
$\frac{1}{2}$ ~ 0.5
\(2x\) ~ x+x
\[x^2\] ~ x \cdot x
$$3$$ ~ 3
\left(\frac{1}{2}\right)^2 ~ \frac{1}{4}
\left( x + 1 \right) ~ x+1
\displaystyle\frac{1}{3} ~ 1/3
2\cdot 3 ~ 6
6 \div 4 ~ 1.5
7 × 6 ~ 42
10 ÷ 4 ~ 2.5
5 − 8 ~ -3
2π ~ 2\pi
sqrt(2) ~ \sqrt{2}
2*sqrt(3) ~ 2\sqrt{3}
sqrt(x^2+1) ~ \sqrt{1+x^2}
x^10 ~ x^{10}
(x+1)*(x-1) ~ x^2-1
x**2 ~ x^2
sin(x)^2 + cos(x)^2 ~ 1
exp(2) ~ e^2
ln(2) ~ \ln 2
pi/4 ~ \frac{\pi}{4}
2*pi*r ~ 2\pi r
x/2 ~ \frac{x}{2}
2^(1/2) ~ \sqrt{2}
(3/4)^2 ~ 9/16
1/(1+x) ~ \frac{1}{x+1}
a_1 + a_2 ~ a_2 + a_1
\alpha\beta ~ \beta\alpha
\theta + \theta ~ 2\theta
\lambda^2 ~ \lambda \cdot \lambda
\frac{\alpha+\beta}{2} ~ 0.5\alpha + 0.5\beta
\{1,2\} ~ \{2,1\}
\left\{ \frac12, 3 \right\} ~ {3, 0.5}
\{1, 1, 2\} ~ \{2, 1\}
\{-\sqrt{2}, \sqrt{2}\} ~ \{\sqrt 2, -\sqrt 2\}
\{x+1, 2x\} ~ \{x+x, 1+x\}
\emptyset ~ \{\}
(1,2) ~ (1, 2)
(\frac{1}{2}, 3) ~ (0.5, 3)
[0,1) ~ [0, 1)
\left[ 0, \infty \right) ~ [0,\infty)
(-\infty, \frac{1}{2}] ~ (-\infty, 0.5]
(-\infty, 0) \cup (0, \infty) ~ (0, \infty) \cup (-\infty, 0)
\{(1, 2), (3, 4)\} ~ \{(3, 4), (1, 2)\}
`);

/** Pairs of different values. */
export const differentPairs = lines(String.raw`
0.333 ~ \frac{1}{3}
0.3333333333333333333333333 ~ \frac{1}{3}
3.14 ~ \pi
3.14159265358979323846264338327950288 ~ \pi
\frac{22}{7} ~ \pi
\frac{355}{113} ~ \pi
1.41421356237309504880168872420969807 ~ \sqrt{2}
\frac{99}{70} ~ \sqrt{2}
2.718281828459045 ~ e
1 ~ 2
-5 ~ 5
10 ~ 100
1000 ~ 1,001
2^{10} ~ 1025
2^{100} ~ 2^{100}+1
\frac{1}{2} ~ \frac{1}{3}
x+1 ~ x-1
x+1 ~ x+1.0000000001
2x ~ x^2
x^2-1 ~ (x-1)^2
(x+1)^2 ~ x^2+1
\sqrt{x^2} ~ x
|x| ~ x
\sqrt{2}+\sqrt{3} ~ \sqrt{5}
\sqrt{8} ~ 4
\frac{1}{\sqrt{3}} ~ \frac{\sqrt{3}}{2}
\sin x ~ \cos x
\sin 2x ~ 2\sin x
\sin^2 x - \cos^2 x ~ -1 + 0 \cdot x
\sin^{-1} x ~ \frac{1}{\sin x}
\tan^{-1} 1 ~ \cot 1
\cos \frac{\pi}{3} ~ \frac{\sqrt{3}}{2}
e^{x+y} ~ e^x+e^y
e^{\pi} ~ \pi^e
e^{\pi\sqrt{163}} ~ 262537412640768744
\ln 5 ~ \ln 2 + \ln 2
\ln(2+3) ~ \ln 2 + \ln 3
\log_2 8 ~ 4
\frac{d}{dx} x^2 ~ x^2
\frac{d}{dx} x^3 ~ 3x
\frac{d}{dx} \cos x ~ \sin x
\binom{5}{2} ~ 5
\binom{n}{2} ~ \frac{n(n+1)}{2}
5! ~ 100
\sum_{k=1}^{10} k ~ 54
\sum_{k=1}^{n} k ~ \frac{n^2}{2}
\sum_{k=0}^{n} 2^k ~ 2^{n+1}
\frac{x}{y} ~ \frac{y}{x}
x-y ~ y-x
2\pi r ~ \pi r^2
\frac{a+b}{2} ~ \sqrt{a b}
a^2+b^2 ~ (a+b)^2
x^{-1} ~ -x
2^x ~ x^2
\arctan x ~ \tan x
0.1\overline{6} ~ 0.16
sqrt(3) ~ \sqrt{2}
x/2 ~ 2/x
\frac{1}{x+y} ~ \frac{1}{x}+\frac{1}{y}
\pi^2 ~ 10
10^{-30}\pi + 1 ~ 1
\{1, 2\} ~ \{1, 3\}
\{1, 2\} ~ \{1, 2, 3\}
\{1\} ~ \emptyset
(1, 2) ~ (2, 1)
(1, 2) ~ (1, 2, 3)
[0, 1) ~ [0, 2)
[0, \infty) ~ [0, 5)
(-\infty, 0] ~ (\infty, 0]
\{(1, 2), (3, 4)\} ~ \{(2, 1), (3, 4)\}
`);

/** Pairs that are left undecided, and why. */
export const undecidedPairs = lines(String.raw`
(1, 2) ~ [1, 2]
\{1, 2\} ~ (1, 2)
\{1, 2\} ~ 1
(1,000) ~ (1,0)
(3,14) ~ (3,15)
(-\infty, 0) \cup (0, 1) ~ (-\infty, 1)
(1, x) ~ (1, y)
\{1, 5 cm\} ~ \{1, 5 cm\}
(1, 2 ~ (1, 2
5\text{ cm} ~ 5 \mathrm{cm}
5 cm ~ 5
12^\circ ~ 12
\pm 2 ~ 2
x^2 = 4 ~ 4
x \ge 3 ~ x \ge 3
x \in \mathbb{R} ~ x
\begin{pmatrix}1&2\end{pmatrix} ~ \begin{pmatrix}1&2\end{pmatrix}
\infty ~ \infty
\text{yes} ~ \text{yes}
on ~ no
five ~ 5
3\frac12 ~ \frac{3}{2}
3 1/2 ~ 3.5
2 3 ~ 23
1/2x ~ \frac{x}{2}
3,14 ~ 3.14
1/0 ~ 1/0
0^0 ~ 1
\frac{x}{0} ~ \frac{x}{0}
\pi \cdot 10^10 ~ \pi \cdot 10^{10}
xyz ~ zyx
x - x + 1 ~ 2
10^{-60}\pi ~ 0
\sqrt{10^{-600}} \pi ~ 0
e^{-1000} ~ 0
e^{-1000} ~ e^{-1001}
10^{10^{10}} ~ 10^{10^{10}}
100000000! ~ 100000000!
\sum_{k=1}^{10^{12}} k ~ 500001500001
\int_0^1 x dx ~ \frac{1}{2}
\lim_{x\to 0} x ~ 0
\frac{dy}{dx} ~ 0
f(x) ~ x f
f'(x) ~ f'(x)
\ln x^2 ~ 2\ln x
\log 2 ~ \ln 2
i^2 ~ -1
x ~ y
x+1 ~ 4
\sqrt{-1} ~ i
\sqrt{-1} ~ \sqrt{-1}
\cdot ~ \cdot
x \mod 3 ~ x
٤٢ ~ 42
10^{-300}\pi ~ 2 \cdot 10^{-300}\pi
`);
