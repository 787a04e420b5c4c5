// Mean average precision of ranked lists, cut at k.
package main

import (
	"strings"

	"example.com/{{name}}/assay"
)

var grader = assay.Grader{
	Name:      "{{name}}",
	Version:   "0.1.0",
	Summary:   "MAP@k: the mean over rows of the average precision of a ranked list's first k items, divided by min(true items, k).",
	Direction: assay.HigherIsBetter,
	Options: []assay.Option{
		{Name: "target", Kind: assay.ColumnName, Required: true, Summary: "the column of lists, best item first, with one blank between items"},
		{Name: "k", Kind: assay.Integer, Required: true, Summary: "how many items of a list count"},
	},
	Validate: validate,
	Grade:    grade,
}

func validate(submission *assay.Table, options assay.Options) (problems []assay.Refusal) {
	target := options.String("target", "")
	lists := submission.Column(target)
	lists.Strings()
	for row, missing := range lists.Missing() {
		if missing {
			message := "the list is missing: one item or more are needed"
			problems = append(problems, assay.Refusal{Message: message, Row: row, Column: target})
		}
	}
	return problems
}

func averagePrecision(yTrue, yPred []string, k int) float64 {
	left := map[string]bool{}
	for _, item := range yTrue {
		left[item] = true
	}
	best := min(len(left), k)
	hits, score := 0.0, 0.0
	for index, item := range yPred[:min(len(yPred), k)] {
		if left[item] {
			delete(left, item)
			hits++
			score += hits / float64(index+1)
		}
	}
	if best == 0 {
		return 0
	}
	return score / float64(best)
}

func grade(submission, answers *assay.Table, options assay.Options) assay.Score {
	target, k := options.String("target", ""), int(options.Integer("k", 0))
	lists := submission.Column(target).Strings()
	precisions := make([]float64, len(lists))
	for row, list := range answers.Column(target).Strings() {
		precisions[row] = averagePrecision(strings.Split(list, " "), strings.Split(lists[row], " "), k)
	}
	return assay.Score{Value: assay.Mean(precisions)}
}

func init() { assay.Export(grader) }

func main() {}
