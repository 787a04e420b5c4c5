// Area under the ROC curve of one column.

import { Failure, Refusal, Score } from './assay.js';

export const description = {
  name: '{{name}}',
  version: '0.1.0',
  summary: "Area under the ROC curve (scikit-learn's roc_auc_score: ties count half).",
  direction: 'higher-is-better',
  options: [
    {
      name: 'target',
      kind: 'column',
      required: true,
      summary: 'the column of scores; the answers hold 1 for positive and 0 for negative',
    },
  ],
};

export function* validate(submission, options) {
  const target = options.string('target');
  for (const [row, score] of submission.column(target).numbers().entries()) {
    if (!Number.isFinite(score)) yield new Refusal('the score is missing or not finite: a number is needed', row, target);
  }
}

export function grade(submission, answers, options) {
  const target = options.string('target');
  const labels = answers.column(target).booleans();
  const scores = submission.column(target).numbers();
  // Typed arrays are sorted as numbers.
  const positives = scores.filter((_, row) => labels[row]).sort();
  const negatives = scores.filter((_, row) => !labels[row]).sort();
  if (!positives.length || !negatives.length) throw new Failure('the answers are of one class: there is no curve');
  // Over all pairs of a positive and a negative row, 2 where the positive has the higher score and 1 where both are equal.
  let [below, notAbove, twice] = [0, 0, 0];
  for (const score of positives) {
    while (below < negatives.length && negatives[below] < score) below++;
    while (notAbove < negatives.length && negatives[notAbove] <= score) notAbove++;
    twice += below + notAbove;
  }
  return new Score(twice / (2 * positives.length * negatives.length));
}
