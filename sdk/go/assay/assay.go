// Package assay is what a grader in Go is written with. [Export] takes what a grader is and does; contract.go speaks the contract with
// the host.
package assay

import (
	"fmt"
	"math"
	"strconv"
)

// Direction says which of two scores is the better one.
type Direction uint8

const (
	HigherIsBetter Direction = iota
	LowerIsBetter
)

// Kind is what an option takes.
type Kind uint8

const (
	Boolean Kind = iota
	Integer
	Number
	Text
	Texts
	Numbers
	// ColumnName is a text that names a column: the host hands that column over.
	ColumnName
	// ColumnNames are texts that name columns: the host hands those columns over.
	ColumnNames
)

// Option is an option that the grader takes.
type Option struct {
	Name string
	Kind Kind
	// Required: a competition must set it. Otherwise the grader has a default, which Summary states.
	Required bool
	// Summary is one sentence for the people who write competitions.
	Summary string
}

// Grader is what a grader is and does.
type Grader struct {
	// Name is lower-case words with hyphens.
	Name string
	// Version: another version may give another score.
	Version string
	// Summary says what it computes, with the source of the formula.
	Summary   string
	Direction Direction
	Options   []Option
	// Validate looks for what is wrong with the submission alone. Participants may read what it returns. It may be nil.
	Validate func(submission *Table, options Options) []Refusal
	// Grade scores a submission that Validate accepted. A panic becomes a failure with its text and place.
	Grade func(submission, answers *Table, options Options) Score
}

// Score is what a submission is worth.
type Score struct {
	Value float64
	// Details are figures beside the score.
	Details []Detail
}

// Detail is a figure beside the score.
type Detail struct {
	Name  string
	Value float64
}

// NoRow stands in a Refusal where no row is at fault.
const NoRow = -1

// Refusal says that the submission is at fault. Rows are counted from 0; Column may be empty.
type Refusal struct {
	Message string
	Row     int
	Column  string
}

func (refusal Refusal) Error() string {
	switch {
	case refusal.Column != "" && refusal.Row != NoRow:
		return fmt.Sprintf("column `%s`, row %d: %s", refusal.Column, refusal.Row, refusal.Message)
	case refusal.Column != "":
		return fmt.Sprintf("column `%s`: %s", refusal.Column, refusal.Message)
	case refusal.Row != NoRow:
		return fmt.Sprintf("row %d: %s", refusal.Row, refusal.Message)
	}
	return refusal.Message
}

// Failure says that the answers, the options or the grader are at fault.
type Failure struct{ Message string }

func (failure Failure) Error() string { return failure.Message }

// Refuse ends the grading: the submission is at fault. NoRow and "" stand where no row or column is.
func Refuse(message string, row int, column string) { panic(Refusal{message, row, column}) }

// Fail ends the grading: the answers, the options or the grader are at fault.
func Fail(format string, arguments ...any) { panic(Failure{fmt.Sprintf(format, arguments...)}) }

// Table holds columns of equal length. Row i of the submission answers the same question as row i of the answers.
type Table struct {
	rows    int
	columns []*Column
}

// Rows is how many rows there are.
func (table *Table) Rows() int { return table.rows }

// Column is the column of that name. One that was not handed over is a failure.
func (table *Table) Column(name string) *Column {
	for _, column := range table.columns {
		if column.Name == name {
			return column
		}
	}
	Fail("column `%s` was not handed over", name)
	return nil
}

// Columns are all columns, in the order of the file.
func (table *Table) Columns() []*Column { return table.columns }

// Column is a column of a table.
type Column struct {
	Name      string
	ofAnswers bool
	rows      int
	// One of []bool, []int64, []uint64, []float64, []string.
	values  any
	missing []bool
}

// Missing says which cells are missing.
func (column *Column) Missing() []bool { return column.missing }

// Numbers are NaN where a cell is missing; truth values are 1 and 0. Text is refused.
func (column *Column) Numbers() []float64 {
	numbers := make([]float64, column.rows)
	switch values := column.values.(type) {
	case []float64:
		copy(numbers, values)
	case []int64:
		for row, value := range values {
			numbers[row] = float64(value)
		}
	case []uint64:
		for row, value := range values {
			numbers[row] = float64(value)
		}
	case []bool:
		for row, value := range values {
			if value {
				numbers[row] = 1
			}
		}
	default:
		column.isNotOf("numbers")
	}
	for row, missing := range column.missing {
		if missing {
			numbers[row] = math.NaN()
		}
	}
	return numbers
}

// Booleans are false where a cell is missing; of numbers, 1 is true and 0 false. Anything else is refused.
func (column *Column) Booleans() []bool {
	if _, text := column.values.([]string); text {
		column.isNotOf("truth values")
	}
	booleans := make([]bool, column.rows)
	for row, number := range column.Numbers() {
		if number != 0 && number != 1 && !column.missing[row] {
			column.isNotOf("truth values")
		}
		booleans[row] = number == 1
	}
	return booleans
}

// Strings are empty where a cell is missing; whole numbers are spelled in decimal. Anything else is refused.
func (column *Column) Strings() []string {
	strings := make([]string, column.rows)
	switch values := column.values.(type) {
	case []string:
		copy(strings, values)
	case []int64:
		for row, value := range values {
			strings[row] = strconv.FormatInt(value, 10)
		}
	case []uint64:
		for row, value := range values {
			strings[row] = strconv.FormatUint(value, 10)
		}
	default:
		column.isNotOf("text")
	}
	for row, missing := range column.missing {
		if missing {
			strings[row] = ""
		}
	}
	return strings
}

func (column *Column) isNotOf(what string) {
	if column.ofAnswers {
		Fail("column `%s` of the answers is not of %s", column.Name, what)
	}
	panic(Refusal{"it is not of " + what, NoRow, column.Name})
}

// Options are the options of a competition. One that is not set is the default.
type Options map[string]any

// Number is a number.
func (options Options) Number(name string, standard float64) float64 {
	if whole, is := options[name].(int64); is {
		return float64(whole)
	}
	return option(options, name, standard)
}

// Integer is a whole number.
func (options Options) Integer(name string, standard int64) int64 { return option(options, name, standard) }

// Boolean is a truth value.
func (options Options) Boolean(name string, standard bool) bool { return option(options, name, standard) }

// String is a text, or the name of a column.
func (options Options) String(name string, standard string) string { return option(options, name, standard) }

// Strings are texts, or the names of columns.
func (options Options) Strings(name string, standard []string) []string { return option(options, name, standard) }

// Numbers are numbers.
func (options Options) Numbers(name string, standard []float64) []float64 { return option(options, name, standard) }

func option[T any](options Options, name string, standard T) T {
	set, is := options[name]
	if !is {
		return standard
	}
	value, is := set.(T)
	if !is {
		Fail("option `%s` has another type than described", name)
	}
	return value
}

// TableOf makes a table for tests. Columns are []float64, []int64, []bool or []string; NaN is a missing cell.
func TableOf(columns map[string]any) *Table {
	table := &Table{}
	for name, values := range columns {
		column := &Column{Name: name, values: values}
		switch values := values.(type) {
		case []float64:
			column.rows = len(values)
		case []int64:
			column.rows = len(values)
		case []bool:
			column.rows = len(values)
		case []string:
			column.rows = len(values)
		}
		column.missing = make([]bool, column.rows)
		if numbers, is := values.([]float64); is {
			for row, number := range numbers {
				column.missing[row] = math.IsNaN(number)
			}
		}
		table.rows = column.rows
		table.columns = append(table.columns, column)
	}
	return table
}

// Mean is the mean of numbers, added in the order that numpy adds them in, so that the last bits are those of np.mean. NaN of none.
func Mean(values []float64) float64 { return (0 + sum(values)) / float64(len(values)) }

// Pairwise over blocks of at most 128, each in eight running sums.
func sum(values []float64) float64 {
	if len(values) > 128 {
		half := len(values) / 2
		half -= half % 8
		return sum(values[:half]) + sum(values[half:])
	}
	total, at := math.Copysign(0, -1), 0
	if len(values) >= 8 {
		s := [8]float64(values)
		for at = 8; at+8 <= len(values); at += 8 {
			for lane := range s {
				s[lane] += values[at+lane]
			}
		}
		total = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))
	}
	for _, value := range values[at:] {
		total += value
	}
	return total
}
