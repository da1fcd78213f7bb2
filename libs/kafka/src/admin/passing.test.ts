import assert from 'node:assert/strict';
import { test } from 'node:test';
import kafkajs from 'kafkajs';
import { isPassing } from './passing.ts';

const answered = (type: string): Error => Object.assign(new Error(type), { type });

test('a coordinator that loads, a leader on the move and an answer that did not come pass by themselves', () => {
  for (const error of [
    // The first join after the offsets topic was created is answered so (kafka.md K26).
    answered('GROUP_LOAD_IN_PROGRESS'),
    answered('NOT_COORDINATOR_FOR_GROUP'),
    answered('NOT_LEADER_FOR_PARTITION'),
    answered('LEADER_NOT_AVAILABLE'),
    new kafkajs.KafkaJSConnectionError('refused'),
    new Error('Broker not connected'),
  ])
    assert.equal(isPassing(error), true, error.message);
});

test('a member that is none any more, a place that is gone and a missing right do not', () => {
  for (const error of [
    answered('UNKNOWN_MEMBER_ID'),
    answered('ILLEGAL_GENERATION'),
    answered('OFFSET_OUT_OF_RANGE'),
    answered('TOPIC_AUTHORIZATION_FAILED'),
    answered('GROUP_AUTHORIZATION_FAILED'),
    new Error('anything else'),
    'no error at all',
  ])
    assert.equal(isPassing(error), false, String(error));
});
