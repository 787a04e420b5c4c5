// What a grader in C is written with. The other half is assay.c, which speaks the contract with the host (wit/grader.wit).
//
// A grader defines three things: `assay_grader`, which says what it is; `assay_validate`, which looks at a submission alone; and
// `assay_grade`, which scores it. They may call everything below. Memory is never given back: each grading is a program of its own.
#ifndef ASSAY_H
#define ASSAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What the grader is.

typedef enum {
    ASSAY_BOOLEAN,
    ASSAY_INTEGER,
    ASSAY_NUMBER,
    ASSAY_TEXT,
    ASSAY_TEXTS,
    ASSAY_NUMBERS,
    ASSAY_COLUMN,   // a text that names a column: the host hands that column over
    ASSAY_COLUMNS,  // texts that name columns: the host hands those columns over
} assay_kind;

typedef enum { ASSAY_HIGHER_IS_BETTER, ASSAY_LOWER_IS_BETTER } assay_direction;

typedef struct {
    const char *name;
    assay_kind kind;
    bool required;        // false: the grader has a default, which the summary states
    const char *summary;  // one sentence for the people who write competitions
} assay_option;

typedef struct {
    const char *name;     // lower-case words with hyphens
    const char *version;  // another version may give another score
    const char *summary;  // what it computes, with the source of the formula
    assay_direction direction;
    const assay_option *options;
    size_t option_count;
} assay_description;

// Tables. Row i of the submission answers the same question as row i of the answers.

typedef struct assay_table assay_table;
typedef struct assay_column assay_column;

typedef struct {
    const char *bytes;  // UTF-8, without a NUL at the end
    size_t length;
} assay_text;

size_t assay_rows(const assay_table *table);

// The column of that name. One that was not handed over is a failure, and is empty.
const assay_column *assay_table_column(const assay_table *table, const char *name);

// How many columns there are, and the name of each.
size_t assay_columns(const assay_table *table);
const char *assay_column_name(const assay_table *table, size_t column);

// One value a row. What is not of that kind is refused (in answers: a failure), and the values are then NaN, empty or false.
const double *assay_numbers(const assay_column *column);      // NaN where a cell is missing; truth values are 1 and 0
const assay_text *assay_strings(const assay_column *column);  // empty where a cell is missing; whole numbers in decimal
const bool *assay_booleans(const assay_column *column);       // false where a cell is missing; of numbers, 1 is true and 0 false
const bool *assay_missing(const assay_column *column);        // true where a cell is missing

// Options of the competition. One that is not set is the default.

typedef struct assay_options assay_options;

double assay_number(const assay_options *options, const char *name, double standard);
int64_t assay_integer(const assay_options *options, const char *name, int64_t standard);
bool assay_boolean(const assay_options *options, const char *name, bool standard);
const char *assay_string(const assay_options *options, const char *name, const char *standard);
// Lists: NULL if not set, else `*count` elements.
const char *const *assay_string_list(const assay_options *options, const char *name, size_t *count);
const double *assay_number_list(const assay_options *options, const char *name, size_t *count);

// What comes of a grading, beside the score. All of these return, so that the caller goes on or returns as it likes: what was refused
// stays refused.

#define ASSAY_NO_ROW (-1)

// The submission is at fault. Rows are counted from 0; ASSAY_NO_ROW and NULL where none is. From `assay_validate`, participants read it.
void assay_refuse(const char *message, int64_t row, const char *column);

// The answers, the options or the grader are at fault.
void assay_fail(const char *message);

// Whether anything was said by one of these so far.
bool assay_refused(void);

// A figure beside the score.
void assay_detail(const char *name, double value);

// A text made as by printf.
const char *assay_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The mean of numbers, added in the order that numpy adds them in, so that the last bits are those of np.mean. NaN of none.
double assay_mean(const double *values, size_t count);

// What a grader defines.

extern const assay_description assay_grader;

// Looks for what is wrong with the submission alone, and calls `assay_refuse` for each.
void assay_validate(const assay_table *submission, const assay_options *options);

// The score.
double assay_grade(const assay_table *submission, const assay_table *answers, const assay_options *options);

#ifdef __cplusplus
}
#endif

#endif
