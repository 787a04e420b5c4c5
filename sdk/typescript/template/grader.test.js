// ./build.sh && node --test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Options, Table } from './build/assay.js';
import { grade, validate } from './build/grader.js';

const options = new Options({ target: 'y' });

test('a known value', () => {
  // By hand: (1 + 0 + 3) / 3; the last row has no answer.
  const score = grade(new Table({ y: [2, 2, 0, 9] }), new Table({ y: [1, 2, 3, null] }), options);
  assert.equal(score.value, 4 / 3);
  assert.deepEqual(score.details, { 'largest error': 3 });
});

test('a missing prediction is refused', () => {
  const [refusal] = validate(new Table({ y: [1, null] }), options);
  assert.deepEqual([refusal.row, refusal.column], [1, 'y']);
});
