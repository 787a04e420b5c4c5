// {{title}}: what the score is, and the paper or library that says so.

// Or "higher-is-better". Medals are given by it.
const DIRECTION = "{{direction}}";
const VERSION = "0.1.0";

const TARGETS = {{targets}};

// The mean over columns of {{called}}. To refuse a submission, in words that its author reads: refuse("…").
function score(solution, submission) {
  return mean(TARGETS.map((name) => columnScore(solution[name], submission[name])));
}

function columnScore(answers, predictions) {
  return mean(answers.map((answer, row) => {{term}}));
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
