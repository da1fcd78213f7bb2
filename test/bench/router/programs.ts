/** Writes a program of one language from numbers in [0, 1): pieces in random order, with random names. */
export type WriteProgram = (random: () => number) => string;

const names = ['total', 'index', 'result', 'items', 'value', 'count', 'buffer', 'node', 'price', 'width'];

const of = (pieces: readonly string[]): WriteProgram => {
  return (random) =>
    Array.from({ length: 4 }, () => {
      const [a, b, c] = [pick(names, random), pick(names, random), pick(names, random)];
      return pick(pieces, random).replaceAll('$a', a).replaceAll('$b', b).replaceAll('$c', c);
    }).join('\n\n');
};

function pick(from: readonly string[], random: () => number): string {
  return from[Math.floor(random() * from.length)] ?? '';
}

/** Own pieces of programs in which `$a`, `$b` and `$c` are names. */
export const programs: { readonly [language: string]: WriteProgram } = {
  python: of([
    'def compute_$a($b, $c=None):\n    if $c is None:\n        $c = []\n    for item in $b:\n        $c.append(item * 2)\n    return $c',
    'class $aReader:\n    def __init__(self, path):\n        self.path = path\n\n    def read(self):\n        with open(self.path) as f:\n            return [line.strip() for line in f]',
    'try:\n    $a = int(input("$b: "))\nexcept ValueError as error:\n    print(f"not a number: {error}")\n    raise SystemExit(1)',
    'import os\nfrom pathlib import Path\n\n$a = {p.name: p.stat().st_size for p in Path(".").glob("*.txt")}\nprint(sorted($a.items()))',
  ]),
  typescript: of([
    'export function $a($b: readonly number[]): number {\n  let $c = 0;\n  for (const each of $b) $c += each;\n  return $c / Math.max(1, $b.length);\n}',
    'interface $aOptions {\n  readonly $b: string;\n  readonly $c?: number;\n}\n\nconst defaults: $aOptions = { $b: "none", $c: 3 };',
    'const $a = await fetch(`/api/${$b}`);\nif (!$a.ok) throw new Error(`status ${$a.status}`);\nconst $c = (await $a.json()) as { id: string }[];',
    'document.querySelectorAll(".$a").forEach((element) => {\n  element.addEventListener("click", () => element.classList.toggle("$b"));\n});',
  ]),
  c: of([
    '#include <stdlib.h>\n\nstatic int compare_$a(const void *x, const void *y) {\n  return *(const int *)x - *(const int *)y;\n}',
    'struct $a {\n  int $b;\n  struct $a *next;\n};\n\nvoid push(struct $a **head, int $b) {\n  struct $a *n = malloc(sizeof *n);\n  n->$b = $b;\n  n->next = *head;\n  *head = n;\n}',
    'int main(int argc, char **argv) {\n  for (int i = 1; i < argc; i++) {\n    printf("%s\\n", argv[i]);\n  }\n  return 0;\n}',
    'size_t $a(const char *$b) {\n  size_t $c = 0;\n  while ($b[$c] != 0) {\n    ++$c;\n  }\n  return $c;\n}',
  ]),
  java: of([
    'public class $a {\n  private final int $b;\n\n  public $a(int $b) {\n    this.$b = $b;\n  }\n\n  public int get() {\n    return $b;\n  }\n}',
    'List<String> $a = new ArrayList<>();\nfor (String $b : args) {\n  if (!$b.isEmpty()) {\n    $a.add($b.trim());\n  }\n}',
    'try (BufferedReader $a = Files.newBufferedReader(path)) {\n  String line;\n  while ((line = $a.readLine()) != null) {\n    System.out.println(line);\n  }\n} catch (IOException e) {\n  throw new UncheckedIOException(e);\n}',
    'Map<String, Integer> $a = $b.stream()\n    .collect(Collectors.groupingBy(x -> x, Collectors.summingInt(x -> 1)));',
  ]),
  sql: of([
    'SELECT $a, COUNT(*) AS n, AVG($b) FROM orders WHERE $c > 10 GROUP BY $a HAVING COUNT(*) > 2 ORDER BY n DESC;',
    'CREATE TABLE $a (\n  id INTEGER PRIMARY KEY,\n  $b TEXT NOT NULL,\n  $c NUMERIC(10, 2) DEFAULT 0\n);',
    "INSERT INTO $a (id, $b, $c) VALUES (1, 'x', 2.5), (2, 'y', 3.5);\nUPDATE $a SET $b = 'z' WHERE id = 2;",
    'WITH t AS (SELECT $a, $b FROM items WHERE $b IS NOT NULL)\nSELECT t.$a, u.$c FROM t LEFT JOIN users u ON u.id = t.$a;',
  ]),
};
