// Mean absolute error of one column.
#include "assay.h"

#include <math.h>

static const assay_option options_taken[] = {
    {"target", ASSAY_COLUMN, true, "the predicted column"},
    {"tolerance", ASSAY_NUMBER, false, "errors up to this size count as none (default: 0)"},
};

const assay_description assay_grader = {
    .name = "{{name}}",
    .version = "0.1.0",
    .summary = "The mean of |answer - prediction| (scikit-learn's mean_absolute_error).",
    .direction = ASSAY_LOWER_IS_BETTER,
    .options = options_taken,
    .option_count = sizeof options_taken / sizeof *options_taken,
};

// Sees the submission alone, so participants may read what it says.
void assay_validate(const assay_table *submission, const assay_options *options) {
    const char *target = assay_string(options, "target", NULL);
    const double *predictions = assay_numbers(assay_table_column(submission, target));
    if (assay_refused()) return;  // it is not of numbers
    for (size_t row = 0; row < assay_rows(submission); row++) {
        if (!isfinite(predictions[row])) {
            assay_refuse("the prediction is missing or not finite: a number is needed", (int64_t)row, target);
        }
    }
}

double assay_grade(const assay_table *submission, const assay_table *answers, const assay_options *options) {
    const char *target = assay_string(options, "target", NULL);
    double tolerance = assay_number(options, "tolerance", 0);
    const double *y_true = assay_numbers(assay_table_column(answers, target));
    const double *y_pred = assay_numbers(assay_table_column(submission, target));
    double sum = 0, largest = 0;
    size_t scored = 0;
    for (size_t row = 0; row < assay_rows(answers); row++) {
        if (isnan(y_true[row])) continue;  // a row without an answer does not count
        double error = fabs(y_true[row] - y_pred[row]);
        if (error <= tolerance) error = 0;
        sum += error;
        largest = fmax(largest, error);
        scored++;
    }
    if (scored == 0) assay_fail("no row has an answer");
    assay_detail("largest error", largest);
    return sum / (double)scored;
}
