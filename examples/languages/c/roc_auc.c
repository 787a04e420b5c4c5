// Area under the ROC curve of one column.
#include "assay.h"

#include <math.h>
#include <stdlib.h>

static const assay_option options_taken[] = {
    {"target", ASSAY_COLUMN, true, "the column of scores; the answers hold 1 for positive and 0 for negative"},
};

const assay_description assay_grader = {
    .name = "{{name}}",
    .version = "0.1.0",
    .summary = "Area under the ROC curve (scikit-learn's roc_auc_score: ties count half).",
    .direction = ASSAY_HIGHER_IS_BETTER,
    .options = options_taken,
    .option_count = 1,
};

void assay_validate(const assay_table *submission, const assay_options *options) {
    const char *target = assay_string(options, "target", NULL);
    const double *scores = assay_numbers(assay_table_column(submission, target));
    if (assay_refused()) return;
    for (size_t row = 0; row < assay_rows(submission); row++) {
        if (!isfinite(scores[row])) assay_refuse("the score is missing or not finite: a number is needed", (int64_t)row, target);
    }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Over all pairs of a positive and a negative row, 2 where the positive has the higher score and 1 where both are equal.
double assay_grade(const assay_table *submission, const assay_table *answers, const assay_options *options) {
    const char *target = assay_string(options, "target", NULL);
    const bool *y_true = assay_booleans(assay_table_column(answers, target));
    const double *y_score = assay_numbers(assay_table_column(submission, target));
    size_t rows = assay_rows(answers), p = 0, n = 0;
    double *positives = malloc(rows * sizeof(double) + 1), *negatives = malloc(rows * sizeof(double) + 1);
    for (size_t row = 0; row < rows; row++) {
        if (y_true[row]) positives[p++] = y_score[row];
        else negatives[n++] = y_score[row];
    }
    if (p == 0 || n == 0) {
        assay_fail("the answers are of one class: there is no curve");
        return 0;
    }
    qsort(positives, p, sizeof(double), ascending);
    qsort(negatives, n, sizeof(double), ascending);
    uint64_t twice = 0;
    size_t below = 0, not_above = 0;
    for (size_t i = 0; i < p; i++) {
        while (below < n && negatives[below] < positives[i]) below++;
        while (not_above < n && negatives[not_above] <= positives[i]) not_above++;
        twice += below + not_above;
    }
    return (double)twice / (2.0 * (double)p * (double)n);
}
