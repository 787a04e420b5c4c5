package main

import (
	"math"
	"testing"

	"example.com/{{name}}/assay"
)

func column(numbers ...float64) *assay.Table { return assay.TableOf(map[string]any{"y": numbers}) }

// By hand: (1 + 0 + 3) / 3; the last row has no answer.
func TestMeanAbsoluteError(t *testing.T) {
	score := grade(column(2, 2, 0, 9), column(1, 2, 3, math.NaN()), assay.Options{"target": "y"})
	if score.Value != 4.0/3.0 || score.Details[0].Value != 3 {
		t.Errorf("%v", score)
	}
}

func TestAMissingPredictionIsRefused(t *testing.T) {
	problems := validate(column(1, math.NaN()), assay.Options{"target": "y"})
	if len(problems) != 1 || problems[0].Row != 1 || problems[0].Column != "y" {
		t.Errorf("%v", problems)
	}
}
