import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Version of Apache Kafka the tests run against unless KAFKA_VERSION names another one. */
export const mainVersion = '4.4.0';

/** Where the jars, the formatted folder and the class-data archive of one Kafka version lie. */
export interface KafkaInstallation {
  readonly version: string;
  /** Path of the `java` that runs it, 17 or later. */
  readonly java: string;
  /** Class path, quoted for nobody: give it to `-cp` as one argument. */
  readonly classPath: string;
  /** Folder of what is derived from these jars and this Java. */
  readonly derived: string;
}

/**
 * Finds Java and the jars of this Kafka version; jars that are not in the user's cache are fetched by
 * Maven from Maven Central once (about 45 MB).
 *
 * Throws with the command that mends it when there is no Java 17 or no Maven: a test run without a
 * broker must fail, never pass over it.
 */
export function installKafka(
  version: string = process.env['KAFKA_VERSION'] ?? mainVersion,
): KafkaInstallation {
  const java = findJava();
  const pom = new URL('pom.xml', import.meta.url).pathname;
  const root = join(cacheFolder(), `kafka-${version}-${digest(readFileSync(pom, 'utf8'))}`);
  const lib = join(root, 'lib');
  if (!existsSync(lib)) fetchJars(pom, version, root, lib);
  const derived = join(root, `java-${digest(`${java} ${statSync(java).mtimeMs}`)}`);
  if (!existsSync(derived)) checkJava(java);
  return { version, java, classPath: `${lib}/*`, derived };
}

/** Kafka 4 needs Java 17; an older one ends with a class version error that names no fix. */
function checkJava(java: string): void {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const major = /version "(?:1\.)?(\d+)/.exec(stderr)?.[1];
  if (major !== undefined && Number(major) < 17)
    throw missing(
      `Java 17 or later (${java} is ${major}), which runs the test broker`,
      'openjdk-17-jre-headless',
    );
}

/** `$XDG_CACHE_HOME/ballast`, by default below `~/.cache`. */
function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'ballast');
}

function fetchJars(pom: string, version: string, root: string, lib: string): void {
  const mvn = onPath('mvn');
  if (mvn === undefined) throw missing('Maven, which fetches the jars of the test broker', 'maven');
  process.stderr.write(
    `broker: fetching the jars of Apache Kafka ${version} into ${root} (once, about 45 MB)\n`,
  );
  mkdirSync(root, { recursive: true });
  const fresh = join(root, `lib.${process.pid}`);
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${fresh}`];
  const result = spawnSync(mvn, ['-q', '-B', '-f', pom, `-Dkafka.version=${version}`, ...goal], {
    encoding: 'utf8',
  });
  if (result.status !== 0 || readdirSync(fresh).length < 10) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(
      `broker: Maven could not fetch Apache Kafka ${version}: ${`${result.stdout}${result.stderr}`.slice(-2_000)}\n` +
        'fix: let this host reach Maven Central once, or set KAFKA_BOOTSTRAP to a broker that runs',
    );
  }
  // Two processes may fetch at once; the first rename wins and both have the same jars.
  try {
    renameSync(fresh, lib);
  } catch (error) {
    if (!existsSync(lib)) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
}

function findJava(): string {
  const home = process.env['JAVA_HOME'];
  const java = home === undefined || home === '' ? onPath('java') : join(home, 'bin', 'java');
  if (java === undefined || !existsSync(java)) {
    throw missing('Java 17 or later, which runs the test broker', 'openjdk-17-jre-headless');
  }
  return realpathSync(java);
}

function missing(what: string, debian: string): Error {
  return new Error(
    `broker: there is no ${what}\nfix: apt-get install ${debian}, or set KAFKA_BOOTSTRAP to a broker that runs`,
  );
}

function onPath(command: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, command))
    .find((path) => existsSync(path));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
