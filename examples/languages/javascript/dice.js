// Mean Dice coefficient of masks that are texts of run lengths.

import { Failure, Refusal, Score, mean } from './assay.js';

export const description = {
  name: '{{name}}',
  version: '0.1.0',
  summary: 'The mean over rows of the Dice coefficient 2 |X and Y| / (|X| + |Y|) of the pixels of two masks.',
  direction: 'higher-is-better',
  options: [
    {
      name: 'target',
      kind: 'column',
      required: true,
      summary: 'the column of masks: `start length start length ...`, pixels counted from 1; a missing cell is empty',
    },
    { name: 'both_empty', kind: 'number', summary: 'the score where nothing is true and nothing predicted (default: 1)' },
  ],
};

// Runs of pixels, from a start up to an end; or a text that says what is wrong.
function parse(text) {
  const numbers = text.split(' ').filter((word) => word !== '').map((word) => (/^[0-9]+$/.test(word) ? Number(word) : 0));
  if (!numbers.every((number) => number > 0 && Number.isSafeInteger(number))) {
    return 'starts and lengths are whole numbers, 1 or more';
  }
  if (numbers.length % 2) return 'the last start has no length';
  const runs = [];
  for (let at = 0; at < numbers.length; at += 2) {
    if (runs.length && numbers[at] < runs.at(-1)[1]) return 'runs are in order and do not overlap';
    runs.push([numbers[at], numbers[at] + numbers[at + 1]]);
  }
  return runs;
}

export function* validate(submission, options) {
  const target = options.string('target');
  for (const [row, mask] of submission.column(target).strings().entries()) {
    const runs = parse(mask);
    if (typeof runs === 'string') yield new Refusal(runs, row, target);
  }
}

const area = (runs) => runs.reduce((sum, [start, end]) => sum + end - start, 0);

function intersection(a, b) {
  let both = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    both += Math.max(0, Math.min(a[i][1], b[j][1]) - Math.max(a[i][0], b[j][0]));
    if (a[i][1] < b[j][1]) i++;
    else j++;
  }
  return both;
}

export function grade(submission, answers, options) {
  const target = options.string('target');
  const bothEmpty = options.number('both_empty', 1);
  const masks = submission.column(target).strings();
  const scores = answers.column(target).strings().map((mask, row) => {
    const [truth, prediction] = [parse(mask), parse(masks[row])];
    if (typeof truth === 'string') throw new Failure(`the answers' row ${row}: ${truth}`);
    if (typeof prediction === 'string') throw new Refusal(prediction, row, target);
    const total = area(truth) + area(prediction);
    return total === 0 ? bothEmpty : (2 * intersection(truth, prediction)) / total;
  });
  return new Score(mean(scores));
}
