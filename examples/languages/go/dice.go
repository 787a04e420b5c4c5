// Mean Dice coefficient of masks that are texts of run lengths.
package main

import (
	"errors"
	"strconv"
	"strings"

	"example.com/{{name}}/assay"
)

var grader = assay.Grader{
	Name:      "{{name}}",
	Version:   "0.1.0",
	Summary:   "The mean over rows of the Dice coefficient 2 |X and Y| / (|X| + |Y|) of the pixels of two masks.",
	Direction: assay.HigherIsBetter,
	Options: []assay.Option{
		{
			Name: "target", Kind: assay.ColumnName, Required: true,
			Summary: "the column of masks: `start length start length ...`, pixels counted from 1; a missing cell is empty",
		},
		{Name: "both_empty", Kind: assay.Number, Summary: "the score where nothing is true and nothing predicted (default: 1)"},
	},
	Validate: validate,
	Grade:    grade,
}

// Pixels from start up to end.
type run struct{ start, end uint64 }

func parse(text string) (runs []run, err error) {
	words := strings.Fields(text)
	if len(words)%2 == 1 {
		return nil, errors.New("the last start has no length")
	}
	for at := 0; at < len(words); at += 2 {
		start, startErr := strconv.ParseUint(words[at], 10, 32)
		length, lengthErr := strconv.ParseUint(words[at+1], 10, 32)
		if startErr != nil || lengthErr != nil || start == 0 || length == 0 {
			return nil, errors.New("starts and lengths are whole numbers, 1 or more")
		}
		if len(runs) > 0 && start < runs[len(runs)-1].end {
			return nil, errors.New("runs are in order and do not overlap")
		}
		runs = append(runs, run{start, start + length})
	}
	return runs, nil
}

func validate(submission *assay.Table, options assay.Options) (problems []assay.Refusal) {
	target := options.String("target", "")
	for row, mask := range submission.Column(target).Strings() {
		if _, err := parse(mask); err != nil {
			problems = append(problems, assay.Refusal{Message: err.Error(), Row: row, Column: target})
		}
	}
	return problems
}

func area(runs []run) (sum uint64) {
	for _, run := range runs {
		sum += run.end - run.start
	}
	return sum
}

func intersection(a, b []run) (both uint64) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		start, end := max(a[i].start, b[j].start), min(a[i].end, b[j].end)
		if end > start {
			both += end - start
		}
		if a[i].end < b[j].end {
			i++
		} else {
			j++
		}
	}
	return both
}

func grade(submission, answers *assay.Table, options assay.Options) assay.Score {
	target := options.String("target", "")
	bothEmpty := options.Number("both_empty", 1)
	masks := submission.Column(target).Strings()
	scores := make([]float64, len(masks))
	for row, mask := range answers.Column(target).Strings() {
		truth, err := parse(mask)
		if err != nil {
			assay.Fail("the answers' row %d: %v", row, err)
		}
		prediction, err := parse(masks[row])
		if err != nil {
			assay.Refuse(err.Error(), row, target)
		}
		if total := area(truth) + area(prediction); total == 0 {
			scores[row] = bothEmpty
		} else {
			scores[row] = float64(2*intersection(truth, prediction)) / float64(total)
		}
	}
	return assay.Score{Value: assay.Mean(scores)}
}

func init() { assay.Export(grader) }

func main() {}
