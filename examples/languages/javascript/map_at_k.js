// Mean average precision of ranked lists, cut at k.

import { Refusal, Score, mean } from './assay.js';

export const description = {
  name: '{{name}}',
  version: '0.1.0',
  summary:
    "MAP@k: the mean over rows of the average precision of a ranked list's first k items, divided by min(true items, k).",
  direction: 'higher-is-better',
  options: [
    { name: 'target', kind: 'column', required: true, summary: 'the column of lists, best item first, with one blank between items' },
    { name: 'k', kind: 'integer', required: true, summary: 'how many items of a list count' },
  ],
};

export function* validate(submission, options) {
  const target = options.string('target');
  const lists = submission.column(target);
  lists.strings();
  for (const [row, missing] of lists.missing().entries()) {
    if (missing) yield new Refusal('the list is missing: one item or more are needed', row, target);
  }
}

function averagePrecision(yTrue, yPred, k) {
  const left = new Set(yTrue);
  const best = Math.min(left.size, k);
  let [hits, score] = [0, 0];
  for (const [index, item] of yPred.slice(0, k).entries()) {
    if (left.delete(item)) {
      hits += 1;
      score += hits / (index + 1);
    }
  }
  return best === 0 ? 0 : score / best;
}

export function grade(submission, answers, options) {
  const target = options.string('target');
  const k = options.integer('k');
  const lists = submission.column(target).strings();
  const precisions = answers.column(target).strings().map((list, row) => averagePrecision(list.split(' '), lists[row].split(' '), k));
  return new Score(mean(precisions));
}
