// Mean absolute error of one column.

import { Failure, Refusal, Score } from './assay.js';

export const description = {
  name: '{{name}}',
  version: '0.1.0',
  summary: "The mean of |answer - prediction| (scikit-learn's mean_absolute_error).",
  direction: 'lower-is-better',
  options: [
    { name: 'target', kind: 'column', required: true, summary: 'the predicted column' },
    { name: 'tolerance', kind: 'number', summary: 'errors up to this size count as none (default: 0)' },
  ],
};

// Sees the submission alone, so participants may read what it says.
export function* validate(submission, options) {
  const target = options.string('target');
  for (const [row, prediction] of submission.column(target).numbers().entries()) {
    if (!Number.isFinite(prediction)) {
      yield new Refusal('the prediction is missing or not finite: a number is needed', row, target);
    }
  }
}

export function grade(submission, answers, options) {
  const target = options.string('target');
  const tolerance = options.number('tolerance', 0);
  const predictions = submission.column(target).numbers();
  let [sum, largest, scored] = [0, 0, 0];
  for (const [row, answer] of answers.column(target).numbers().entries()) {
    if (Number.isNaN(answer)) continue; // a row without an answer does not count
    let size = Math.abs(answer - predictions[row]);
    if (size <= tolerance) size = 0;
    sum += size;
    largest = Math.max(largest, size);
    scored += 1;
  }
  if (scored === 0) throw new Failure('no row has an answer');
  return new Score(sum / scored, { 'largest error': largest });
}
