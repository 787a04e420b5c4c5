// Area under the ROC curve of one column.
package main

import (
	"math"
	"slices"

	"example.com/{{name}}/assay"
)

var grader = assay.Grader{
	Name:      "{{name}}",
	Version:   "0.1.0",
	Summary:   "Area under the ROC curve (scikit-learn's roc_auc_score: ties count half).",
	Direction: assay.HigherIsBetter,
	Options: []assay.Option{
		{Name: "target", Kind: assay.ColumnName, Required: true, Summary: "the column of scores; the answers hold 1 for positive and 0 for negative"},
	},
	Validate: validate,
	Grade:    grade,
}

func validate(submission *assay.Table, options assay.Options) (problems []assay.Refusal) {
	target := options.String("target", "")
	for row, score := range submission.Column(target).Numbers() {
		if math.IsNaN(score) || math.IsInf(score, 0) {
			message := "the score is missing or not finite: a number is needed"
			problems = append(problems, assay.Refusal{Message: message, Row: row, Column: target})
		}
	}
	return problems
}

// Over all pairs of a positive and a negative row, 2 where the positive has the higher score and 1 where both are equal.
func grade(submission, answers *assay.Table, options assay.Options) assay.Score {
	target := options.String("target", "")
	scores := submission.Column(target).Numbers()
	var positives, negatives []float64
	for row, label := range answers.Column(target).Booleans() {
		if label {
			positives = append(positives, scores[row])
		} else {
			negatives = append(negatives, scores[row])
		}
	}
	if len(positives) == 0 || len(negatives) == 0 {
		assay.Fail("the answers are of one class: there is no curve")
	}
	slices.Sort(positives)
	slices.Sort(negatives)
	below, notAbove, twice := 0, 0, 0
	for _, score := range positives {
		for below < len(negatives) && negatives[below] < score {
			below++
		}
		for notAbove < len(negatives) && negatives[notAbove] <= score {
			notAbove++
		}
		twice += below + notAbove
	}
	return assay.Score{Value: float64(twice) / float64(2*len(positives)*len(negatives))}
}

func init() { assay.Export(grader) }

func main() {}
