import type { ErrorKind } from '@ballast/stage';

/** Errors of topics that are not as Ballast needs them, and of what may be done to them. */
export const adminErrors = {
  noBrokers: {
    code: 'BALLAST_KAFKA_NO_BROKERS',
    exit: 78,
    fix: 'name the brokers: --brokers host:port,… or kafka.brokers in pipeline.yaml',
  },
  plaintext: {
    code: 'BALLAST_KAFKA_PLAINTEXT',
    exit: 78,
    fix: 'set kafka.ssl in pipeline.yaml (`ssl: {}` trusts the authorities of the system), or give --insecure on a network you trust',
  },
  tlsFile: {
    code: 'BALLAST_KAFKA_TLS_FILE',
    exit: 78,
    fix: 'name a PEM file that this user may read',
  },
  unreachable: {
    code: 'BALLAST_KAFKA_UNREACHABLE',
    exit: 69,
    fix: 'start the broker, or correct --brokers or kafka.brokers; a listener with TLS needs kafka.ssl',
  },
  login: {
    code: 'BALLAST_KAFKA_LOGIN',
    exit: 77,
    fix: 'correct kafka.sasl (mechanism, username, password) in pipeline.yaml or in the variables it names',
  },
  append: {
    code: 'BALLAST_KAFKA_APPEND',
    exit: 75,
    fix: 'see that the broker is well, then start the same again: what was not acknowledged is sent again, and nothing comes out twice',
  },
  group: {
    code: 'BALLAST_KAFKA_GROUP',
    exit: 75,
    fix: 'let the supervisor start this service again: it goes on after its last ack, nothing is lost',
  },
  topics: {
    code: 'BALLAST_KAFKA_TOPICS',
    exit: 78,
    fix: 'run the commands named in the message, then `ballast topics check`',
  },
  denied: {
    code: 'BALLAST_KAFKA_DENIED',
    exit: 77,
    fix: 'give the user named in kafka.sasl the ACL that the message names; docs/kafka.md has the list',
  },
  repartitioned: {
    code: 'BALLAST_KAFKA_REPARTITIONED',
    exit: 78,
    fix: 'stop the producers, let the pipeline drain, then raise the partitions of every topic: `ballast topics check` names each; docs/kafka.md has the steps',
  },
  replication: {
    code: 'BALLAST_KAFKA_REPLICATION',
    exit: 78,
    fix: 'set kafka.replication to at most the number of brokers, or start more brokers',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
