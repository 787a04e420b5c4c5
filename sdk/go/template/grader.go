// Mean absolute error of one column.
package main

import (
	"math"

	"example.com/{{name}}/assay"
)

var grader = assay.Grader{
	Name:      "{{name}}",
	Version:   "0.1.0",
	Summary:   "The mean of |answer - prediction| (scikit-learn's mean_absolute_error).",
	Direction: assay.LowerIsBetter,
	Options: []assay.Option{
		{Name: "target", Kind: assay.ColumnName, Required: true, Summary: "the predicted column"},
		{Name: "tolerance", Kind: assay.Number, Summary: "errors up to this size count as none (default: 0)"},
	},
	Validate: validate,
	Grade:    grade,
}

// It sees the submission alone, so participants may read what it says.
func validate(submission *assay.Table, options assay.Options) (problems []assay.Refusal) {
	target := options.String("target", "")
	for row, prediction := range submission.Column(target).Numbers() {
		if math.IsNaN(prediction) || math.IsInf(prediction, 0) {
			message := "the prediction is missing or not finite: a number is needed"
			problems = append(problems, assay.Refusal{Message: message, Row: row, Column: target})
		}
	}
	return problems
}

func grade(submission, answers *assay.Table, options assay.Options) assay.Score {
	target := options.String("target", "")
	tolerance := options.Number("tolerance", 0)
	predictions := submission.Column(target).Numbers()
	sum, largest, scored := 0.0, 0.0, 0
	for row, answer := range answers.Column(target).Numbers() {
		if math.IsNaN(answer) {
			continue // a row without an answer does not count
		}
		size := math.Abs(answer - predictions[row])
		if size <= tolerance {
			size = 0
		}
		sum += size
		largest = max(largest, size)
		scored++
	}
	if scored == 0 {
		assay.Fail("no row has an answer")
	}
	return assay.Score{Value: sum / float64(scored), Details: []assay.Detail{{Name: "largest error", Value: largest}}}
}

func init() { assay.Export(grader) }

func main() {}
