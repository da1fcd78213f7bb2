import { lanes, refusals, topicOf } from '@ballast/document';

/** Topics that a mixer reads. */
export const mixerTopics: readonly string[] = [...lanes, ...refusals].map(topicOf);
