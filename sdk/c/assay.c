// Between a grader in C and its host: the places of values are those of the component model's canonical ABI, which are those of these
// structures on a machine with pointers of four bytes.
#include "assay.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *bytes;
    size_t length;
} text;

typedef struct {
    const void *items;
    size_t count;
} list;

typedef struct {
    uint8_t some;
    list value;
} optional_list;

enum { BOOLEAN, INT64, UINT64, FLOAT64, UTF8 };

struct assay_column {
    text name;
    uint8_t kind;
    list values;  // of utf8: the offsets
    list bytes;   // of utf8: the text
    optional_list validity;
};

enum { SET_BOOLEAN, SET_INTEGER, SET_NUMBER, SET_TEXT, SET_TEXTS, SET_NUMBERS };

typedef struct {
    text name;
    uint8_t kind;
    union {
        uint8_t boolean;
        int64_t integer;
        double number;
        text text;
        list list;
    } value;
} setting;

struct assay_options {
    const setting *items;
    size_t count;
};

struct assay_table {
    size_t rows;
    const assay_column *columns;
    size_t count;
    bool answers;
};

typedef struct {
    text name;
    uint8_t kind;
    uint8_t required;
    text summary;
} option_spec;

typedef struct {
    text name, version, summary;
    uint8_t direction;
    list options;
} description;

typedef struct {
    text message;
    uint8_t has_row;
    uint32_t row;
    uint8_t has_column;
    text column;
} problem;

typedef struct {
    text name;
    double value;
} detail;

typedef struct {
    uint8_t error;
    list problems;
} validated;

typedef struct {
    uint8_t error;
    union {
        struct {
            double value;
            list details;
        } score;
        struct {
            uint8_t failure;
            text text;
        } error;
    } is;
} graded;

#ifdef __wasm32__
_Static_assert(sizeof(assay_column) == 40 && sizeof(setting) == 24 && sizeof(option_spec) == 20, "not the canonical ABI");
_Static_assert(sizeof(description) == 36 && sizeof(problem) == 28 && sizeof(detail) == 16, "not the canonical ABI");
_Static_assert(sizeof(validated) == 12 && sizeof(graded) == 24, "not the canonical ABI");
#define EXPORT(name) __attribute__((export_name(name)))
#else
#define EXPORT(name)
#endif

// The most problems and details that a host takes.
#define PROBLEMS 256
#define DETAILS 1024

static struct {
    problem problems[PROBLEMS];
    size_t problem_count;
    detail details[DETAILS];
    size_t detail_count;
    const char *failure;
} said;

static void *get(size_t bytes) {
    void *memory = calloc(bytes ? bytes : 1, 1);
    if (!memory) abort();
    return memory;
}

static text text_of(const char *bytes) {
    return (text){bytes, bytes ? strlen(bytes) : 0};
}

static char *terminated(text from) {
    char *copy = get(from.length + 1);
    if (from.length) memcpy(copy, from.bytes, from.length);
    return copy;
}

static bool same(text a, const char *b) {
    return a.length == strlen(b) && memcmp(a.bytes, b, a.length) == 0;
}

static bool bit(const uint8_t *bits, size_t row) {
    return bits[row / 8] >> (row % 8) & 1;
}

const char *assay_format(const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *formatted = get((size_t)(length < 0 ? 0 : length) + 1);
    if (length > 0) vsnprintf(formatted, (size_t)length + 1, format, again);
    va_end(again);
    return formatted;
}

void assay_refuse(const char *message, int64_t row, const char *column) {
    if (said.problem_count == PROBLEMS) return;
    problem found = {.message = text_of(message), .column = text_of(column)};
    found.has_row = row >= 0 && row <= UINT32_MAX;
    found.row = found.has_row ? (uint32_t)row : 0;
    found.has_column = column != NULL;
    said.problems[said.problem_count++] = found;
}

bool assay_refused(void) {
    return said.failure || said.problem_count > 0;
}

void assay_fail(const char *message) {
    if (!said.failure) said.failure = message;
}

void assay_detail(const char *name, double value) {
    if (said.detail_count == DETAILS) return;
    said.details[said.detail_count++] = (detail){text_of(name), value};
}

// Columns know neither their table nor how many rows it has, so these say which table a column is of.
static const assay_table *tables[2];
static const assay_column nothing;

static const assay_table *table_of(const assay_column *column) {
    for (size_t i = 0; i < 2; i++) {
        const assay_table *table = tables[i];
        if (table && column >= table->columns && column < table->columns + table->count) return table;
    }
    return NULL;
}

static size_t rows_of(const assay_column *column) {
    const assay_table *table = table_of(column);
    return table ? table->rows : (tables[0] ? tables[0]->rows : 0);
}

static void not_of(const assay_column *column, const char *what) {
    const assay_table *table = table_of(column);
    const char *name = terminated(column->name);
    if (table && !table->answers) {
        assay_refuse(assay_format("it is not of %s", what), ASSAY_NO_ROW, name);
    } else {
        assay_fail(assay_format("column `%s` of the answers is not of %s", name, what));
    }
}

size_t assay_rows(const assay_table *table) {
    return table->rows;
}

size_t assay_columns(const assay_table *table) {
    return table->count;
}

const char *assay_column_name(const assay_table *table, size_t column) {
    return column < table->count ? terminated(table->columns[column].name) : "";
}

const assay_column *assay_table_column(const assay_table *table, const char *name) {
    for (size_t i = 0; name && i < table->count; i++) {
        if (same(table->columns[i].name, name)) return &table->columns[i];
    }
    assay_fail(assay_format("column `%s` was not handed over", name ? name : ""));
    return &nothing;
}

const bool *assay_missing(const assay_column *column) {
    size_t rows = rows_of(column);
    bool *missing = get(rows * sizeof *missing);
    for (size_t row = 0; row < rows; row++) {
        missing[row] = column == &nothing || (column->validity.some && !bit(column->validity.value.items, row));
    }
    return missing;
}

const double *assay_numbers(const assay_column *column) {
    size_t rows = rows_of(column);
    double *numbers = get(rows * sizeof *numbers);
    const bool *missing = assay_missing(column);
    if (column != &nothing && column->kind == UTF8) not_of(column, "numbers");
    const void *values = column->values.items;
    for (size_t row = 0; row < rows; row++) {
        if (missing[row] || column->kind == UTF8) {
            numbers[row] = NAN;
        } else if (column->kind == BOOLEAN) {
            numbers[row] = bit(values, row);
        } else if (column->kind == INT64) {
            numbers[row] = (double)((const int64_t *)values)[row];
        } else if (column->kind == UINT64) {
            numbers[row] = (double)((const uint64_t *)values)[row];
        } else {
            numbers[row] = ((const double *)values)[row];
        }
    }
    return numbers;
}

const bool *assay_booleans(const assay_column *column) {
    size_t rows = rows_of(column);
    bool *booleans = get(rows * sizeof *booleans);
    const bool *missing = assay_missing(column);
    if (column->kind == UTF8) {
        not_of(column, "truth values");
        return booleans;
    }
    const double *numbers = assay_numbers(column);
    for (size_t row = 0; row < rows; row++) {
        if (missing[row]) continue;
        if (numbers[row] != 0 && numbers[row] != 1) {
            not_of(column, "truth values");
            break;
        }
        booleans[row] = numbers[row] == 1;
    }
    return booleans;
}

const assay_text *assay_strings(const assay_column *column) {
    size_t rows = rows_of(column);
    assay_text *strings = get(rows * sizeof *strings);
    const bool *missing = assay_missing(column);
    if (column != &nothing && (column->kind == BOOLEAN || column->kind == FLOAT64)) {
        not_of(column, "text");
        return strings;
    }
    for (size_t row = 0; row < rows; row++) {
        if (missing[row]) {
            strings[row] = (assay_text){"", 0};
        } else if (column->kind == UTF8) {
            const int32_t *offsets = column->values.items;
            const char *bytes = column->bytes.items;
            strings[row] = (assay_text){bytes + offsets[row], (size_t)(offsets[row + 1] - offsets[row])};
        } else if (column->kind == INT64) {
            const char *spelled = assay_format("%lld", (long long)((const int64_t *)column->values.items)[row]);
            strings[row] = (assay_text){spelled, strlen(spelled)};
        } else {
            const char *spelled = assay_format("%llu", (unsigned long long)((const uint64_t *)column->values.items)[row]);
            strings[row] = (assay_text){spelled, strlen(spelled)};
        }
    }
    return strings;
}

// The option of that name, if it is set and of one of two kinds.
static const setting *option(const assay_options *options, const char *name, uint8_t kind, uint8_t or_kind) {
    for (size_t i = 0; i < options->count; i++) {
        const setting *found = &options->items[i];
        if (!same(found->name, name)) continue;
        if (found->kind == kind || found->kind == or_kind) return found;
        assay_fail(assay_format("option `%s` has another type than described", name));
        return NULL;
    }
    return NULL;
}

double assay_number(const assay_options *options, const char *name, double standard) {
    const setting *found = option(options, name, SET_NUMBER, SET_INTEGER);
    if (!found) return standard;
    return found->kind == SET_NUMBER ? found->value.number : (double)found->value.integer;
}

int64_t assay_integer(const assay_options *options, const char *name, int64_t standard) {
    const setting *found = option(options, name, SET_INTEGER, SET_INTEGER);
    return found ? found->value.integer : standard;
}

bool assay_boolean(const assay_options *options, const char *name, bool standard) {
    const setting *found = option(options, name, SET_BOOLEAN, SET_BOOLEAN);
    return found ? found->value.boolean : standard;
}

const char *assay_string(const assay_options *options, const char *name, const char *standard) {
    const setting *found = option(options, name, SET_TEXT, SET_TEXT);
    return found ? terminated(found->value.text) : standard;
}

const char *const *assay_string_list(const assay_options *options, const char *name, size_t *count) {
    const setting *found = option(options, name, SET_TEXTS, SET_TEXTS);
    *count = found ? found->value.list.count : 0;
    if (!found) return NULL;
    const char **strings = get(*count * sizeof *strings);
    for (size_t i = 0; i < *count; i++) strings[i] = terminated(((const text *)found->value.list.items)[i]);
    return strings;
}

const double *assay_number_list(const assay_options *options, const char *name, size_t *count) {
    const setting *found = option(options, name, SET_NUMBERS, SET_NUMBERS);
    *count = found ? found->value.list.count : 0;
    return found ? found->value.list.items : NULL;
}

// Pairwise over blocks of at most 128, each in eight running sums.
static double sum(const double *values, size_t count) {
    if (count > 128) {
        size_t half = count / 2;
        half -= half % 8;
        return sum(values, half) + sum(values + half, count - half);
    }
    double total = -0.0;
    size_t at = 0;
    if (count >= 8) {
        double s[8];
        for (; at < 8; at++) s[at] = values[at];
        for (; at + 8 <= count; at += 8) {
            for (size_t lane = 0; lane < 8; lane++) s[lane] += values[at + lane];
        }
        total = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
    }
    for (; at < count; at++) total += values[at];
    return total;
}

double assay_mean(const double *values, size_t count) {
    return (0.0 + sum(values, count)) / (double)count;
}

// What a problem says where there is only room for a text.
static const char *in_a_sentence(const problem *found) {
    const char *message = terminated(found->message);
    const char *column = found->has_column ? terminated(found->column) : NULL;
    if (column && found->has_row) return assay_format("column `%s`, row %u: %s", column, (unsigned)found->row, message);
    if (column) return assay_format("column `%s`: %s", column, message);
    if (found->has_row) return assay_format("row %u: %s", (unsigned)found->row, message);
    return message;
}

EXPORT("cabi_realloc")
void *cabi_realloc(void *old, size_t old_size, size_t alignment, size_t size) {
    (void)old_size;
    (void)alignment;  // malloc aligns for every type
    if (size == 0) return (void *)alignment;
    void *memory = realloc(old, size);
    if (!memory) abort();
    return memory;
}

EXPORT("assay:grader/grading@0.1.0#describe")
const description *assay_export_describe(void) {
    const assay_description *is = &assay_grader;
    option_spec *options = get(is->option_count * sizeof *options);
    for (size_t i = 0; i < is->option_count; i++) {
        const assay_option *o = &is->options[i];
        options[i] = (option_spec){text_of(o->name), (uint8_t)o->kind, o->required, text_of(o->summary)};
    }
    description *result = get(sizeof *result);
    *result = (description){text_of(is->name), text_of(is->version), text_of(is->summary), (uint8_t)is->direction,
                            {options, is->option_count}};
    return result;
}

EXPORT("assay:grader/grading@0.1.0#validate")
const validated *assay_export_validate(size_t rows, const assay_column *columns, size_t count, const setting *settings,
                                       size_t setting_count) {
    assay_table submission = {rows, columns, count, false};
    assay_options options = {settings, setting_count};
    memset(&said, 0, sizeof said);
    tables[0] = &submission;
    tables[1] = NULL;
    assay_validate(&submission, &options);
    // There is no other way to say that an option or a column is not what it should be.
    if (said.failure) assay_refuse(said.failure, ASSAY_NO_ROW, NULL);
    validated *result = get(sizeof *result);
    *result = (validated){said.problem_count > 0, {said.problems, said.problem_count}};
    return result;
}

EXPORT("assay:grader/grading@0.1.0#grade")
const graded *assay_export_grade(size_t rows, const assay_column *columns, size_t count, size_t answer_rows,
                                 const assay_column *answer_columns, size_t answer_count, const setting *settings,
                                 size_t setting_count) {
    assay_table submission = {rows, columns, count, false};
    assay_table answers = {answer_rows, answer_columns, answer_count, true};
    assay_options options = {settings, setting_count};
    memset(&said, 0, sizeof said);
    tables[0] = &submission;
    tables[1] = &answers;
    double score = assay_grade(&submission, &answers, &options);
    graded *result = get(sizeof *result);
    if (assay_refused()) {
        const char *why = said.failure ? said.failure : in_a_sentence(&said.problems[0]);
        result->error = 1;
        result->is.error.failure = said.failure != NULL;
        result->is.error.text = text_of(why);
    } else {
        result->is.score.value = score;
        result->is.score.details = (list){said.details, said.detail_count};
    }
    return result;
}
