//go:build wasm

package assay

import (
	"fmt"
	"runtime"
	"strings"
	"unsafe"
)

// Values are where the component model's canonical ABI has them: pointers take four bytes, though Go's take eight.

var grader Grader

// Export makes this the grader of the component. It is called once, by init.
func Export(exported Grader) { grader = exported }

// Memory that the host fills or reads: what is listed here is not collected.
var kept [][]uint64

func allocate(bytes uint32) uint32 {
	memory := make([]uint64, bytes/8+1)
	kept = append(kept, memory)
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(memory))))
}

func at[T any](place uint32) *T { return (*T)(unsafe.Pointer(uintptr(place))) }

func many[T any](place, count uint32) []T { return unsafe.Slice(at[T](place), count) }

func text(place uint32) string {
	bytes, length := *at[uint32](place), *at[uint32](place + 4)
	if length == 0 {
		return ""
	}
	return unsafe.String(at[byte](bytes), length)
}

func putText(place uint32, text string) {
	memory := allocate(uint32(len(text)))
	copy(many[byte](memory, uint32(len(text))), text)
	*at[uint32](place), *at[uint32](place + 4) = memory, uint32(len(text))
}

func putList(place uint32, count int, size uint32, put func(place uint32, index int)) {
	memory := allocate(uint32(count) * size)
	for index := range count {
		put(memory+uint32(index)*size, index)
	}
	*at[uint32](place), *at[uint32](place + 4) = memory, uint32(count)
}

func bits(place uint32, rows int) []bool {
	all := make([]bool, rows)
	for row := range all {
		all[row] = *at[byte](place + uint32(row/8))>>(row%8)&1 == 1
	}
	return all
}

func table(rows, columns, count uint32, ofAnswers bool) *Table {
	made := &Table{rows: int(rows)}
	for index := range count {
		place := columns + index*40
		column := &Column{Name: text(place), ofAnswers: ofAnswers, rows: int(rows)}
		values := *at[uint32](place + 12)
		switch *at[byte](place + 8) {
		case 0:
			column.values = bits(values, column.rows)
		case 1:
			column.values = many[int64](values, rows)
		case 2:
			column.values = many[uint64](values, rows)
		case 3:
			column.values = many[float64](values, rows)
		case 4:
			offsets, bytes := many[int32](values, rows+1), *at[uint32](place + 20)
			cells := make([]string, rows)
			for row := range cells {
				if length := offsets[row+1] - offsets[row]; length > 0 {
					cells[row] = unsafe.String(at[byte](bytes+uint32(offsets[row])), length)
				}
			}
			column.values = cells
		}
		if *at[byte](place + 28) == 0 {
			column.missing = make([]bool, rows)
		} else {
			column.missing = bits(*at[uint32](place + 32), column.rows)
			for row, present := range column.missing {
				column.missing[row] = !present
			}
		}
		made.columns = append(made.columns, column)
	}
	return made
}

func settings(place, count uint32) Options {
	options := Options{}
	for index := range count {
		setting := place + index*24
		value := setting + 16
		items, length := *at[uint32](value), *at[uint32](value + 4)
		var set any
		switch *at[byte](setting + 8) {
		case 0:
			set = *at[byte](value) != 0
		case 1:
			set = *at[int64](value)
		case 2:
			set = *at[float64](value)
		case 3:
			set = text(value)
		case 4:
			texts := make([]string, length)
			for index := range texts {
				texts[index] = text(items + uint32(index)*8)
			}
			set = texts
		case 5:
			set = many[float64](items, length)
		}
		options[text(setting)] = set
	}
	return options
}

// What a panic says, and where in the grader it happened.
func described(reason any) error {
	switch reason := reason.(type) {
	case Refusal:
		return reason
	case Failure:
		return reason
	}
	said := fmt.Sprint(reason)
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		frame, more := frames.Next()
		ours := strings.HasPrefix(frame.Function, "main.")
		if ours {
			said = fmt.Sprintf("%s (%s:%d)", said, frame.File[strings.LastIndex(frame.File, "/")+1:], frame.Line)
		}
		if ours || !more {
			return Failure{said}
		}
	}
}

//go:wasmexport cabi_realloc
func cabiRealloc(old, oldSize, alignment, size uint32) uint32 {
	memory := allocate(size)
	copy(many[byte](memory, size), many[byte](old, min(oldSize, size)))
	return memory
}

//go:wasmexport assay:grader/grading@0.1.0#describe
func describe() uint32 {
	result := allocate(36)
	putText(result, grader.Name)
	putText(result+8, grader.Version)
	putText(result+16, grader.Summary)
	*at[byte](result + 24) = byte(grader.Direction)
	putList(result+28, len(grader.Options), 20, func(place uint32, index int) {
		option := grader.Options[index]
		putText(place, option.Name)
		*at[byte](place + 8) = byte(option.Kind)
		*at[bool](place + 9) = option.Required
		putText(place+12, option.Summary)
	})
	return result
}

//go:wasmexport assay:grader/grading@0.1.0#validate
func validate(rows, columns, count, options, optionCount uint32) uint32 {
	problems := func() (problems []Refusal) {
		defer func() {
			if reason := recover(); reason != nil {
				refusal, is := described(reason).(Refusal)
				if !is {
					// There is no other way to say that it went wrong.
					refusal = Refusal{described(reason).Error(), NoRow, ""}
				}
				problems = append(problems, refusal)
			}
		}()
		if grader.Validate != nil {
			problems = grader.Validate(table(rows, columns, count, false), settings(options, optionCount))
		}
		return
	}()
	// A host takes no more.
	problems = problems[:min(len(problems), 256)]
	result := allocate(12)
	*at[bool](result) = len(problems) > 0
	putList(result+4, len(problems), 28, func(place uint32, index int) {
		problem := problems[index]
		putText(place, problem.Message)
		if problem.Row >= 0 {
			*at[byte](place + 8), *at[uint32](place + 12) = 1, uint32(problem.Row)
		}
		if problem.Column != "" {
			*at[byte](place + 16) = 1
			putText(place+20, problem.Column)
		}
	})
	return result
}

//go:wasmexport assay:grader/grading@0.1.0#grade
func grade(rows, columns, count, answerRows, answerColumns, answerCount, options, optionCount uint32) uint32 {
	var score Score
	failed := func() (failed error) {
		defer func() {
			if reason := recover(); reason != nil {
				failed = described(reason)
			}
		}()
		submission, answers := table(rows, columns, count, false), table(answerRows, answerColumns, answerCount, true)
		score = grader.Grade(submission, answers, settings(options, optionCount))
		return
	}()
	result := allocate(24)
	if failed != nil {
		*at[byte](result) = 1
		if _, refused := failed.(Refusal); !refused {
			*at[byte](result + 8) = 1
		}
		putText(result+12, failed.Error())
		return result
	}
	*at[float64](result + 8) = score.Value
	putList(result+16, len(score.Details), 16, func(place uint32, index int) {
		putText(place, score.Details[index].Name)
		*at[float64](place + 8) = score.Details[index].Value
	})
	return result
}
