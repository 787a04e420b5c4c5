// Mean average precision of ranked lists, cut at k.
#include "assay.h"

#include <stdlib.h>
#include <string.h>

static const assay_option options_taken[] = {
    {"target", ASSAY_COLUMN, true, "the column of lists, best item first, with one blank between items"},
    {"k", ASSAY_INTEGER, true, "how many items of a list count"},
};

const assay_description assay_grader = {
    .name = "{{name}}",
    .version = "0.1.0",
    .summary = "MAP@k: the mean over rows of the average precision of a ranked list's first k items, divided by min(true items, k).",
    .direction = ASSAY_HIGHER_IS_BETTER,
    .options = options_taken,
    .option_count = 2,
};

void assay_validate(const assay_table *submission, const assay_options *options) {
    const char *target = assay_string(options, "target", NULL);
    const assay_column *lists = assay_table_column(submission, target);
    assay_strings(lists);
    const bool *missing = assay_missing(lists);
    for (size_t row = 0; row < assay_rows(submission); row++) {
        if (missing[row]) assay_refuse("the list is missing: one item or more are needed", (int64_t)row, target);
    }
}

// The next item of a list, which is cut off; false at its end.
static bool next(assay_text *list, bool *more, assay_text *item) {
    if (!*more) return false;
    const char *blank = memchr(list->bytes, ' ', list->length);
    size_t length = blank ? (size_t)(blank - list->bytes) : list->length;
    *item = (assay_text){list->bytes, length};
    *more = blank != NULL;
    if (blank) *list = (assay_text){blank + 1, list->length - length - 1};
    return true;
}

static int by_text(const void *a, const void *b) {
    const assay_text *x = a, *y = b;
    int order = memcmp(x->bytes, y->bytes, x->length < y->length ? x->length : y->length);
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

static double average_precision(assay_text y_true, assay_text y_pred, int64_t k) {
    // The different true items, in order.
    assay_text *items = malloc((y_true.length + 1) * sizeof *items), item;
    size_t count = 0, different = 0;
    for (bool more = true; next(&y_true, &more, &item);) items[count++] = item;
    qsort(items, count, sizeof *items, by_text);
    for (size_t i = 0; i < count; i++) {
        if (different == 0 || by_text(&items[different - 1], &items[i]) != 0) items[different++] = items[i];
    }
    bool *found = calloc(different + 1, sizeof *found);
    double hits = 0, score = 0;
    int64_t rank = 0;
    for (bool more = true; rank < k && next(&y_pred, &more, &item);) {
        rank++;
        const assay_text *hit = bsearch(&item, items, different, sizeof *items, by_text);
        if (hit && !found[hit - items]) {
            found[hit - items] = true;
            hits += 1;
            score += hits / (double)rank;
        }
    }
    double best = (double)((int64_t)different < k ? (int64_t)different : k);
    free(items);
    free(found);
    return best == 0 ? 0 : score / best;
}

double assay_grade(const assay_table *submission, const assay_table *answers, const assay_options *options) {
    const char *target = assay_string(options, "target", NULL);
    int64_t k = assay_integer(options, "k", 0);
    const assay_text *y_true = assay_strings(assay_table_column(answers, target));
    const assay_text *y_pred = assay_strings(assay_table_column(submission, target));
    size_t rows = assay_rows(answers);
    double *precisions = malloc(rows * sizeof *precisions + 1);
    for (size_t row = 0; row < rows; row++) precisions[row] = average_precision(y_true[row], y_pred[row], k);
    return assay_mean(precisions, rows);
}
