// Mean Dice coefficient of masks that are texts of run lengths.
#include "assay.h"

#include <stdlib.h>

static const assay_option options_taken[] = {
    {"target", ASSAY_COLUMN, true, "the column of masks: `start length start length ...`, pixels counted from 1; a missing cell is empty"},
    {"both_empty", ASSAY_NUMBER, false, "the score where nothing is true and nothing predicted (default: 1)"},
};

const assay_description assay_grader = {
    .name = "{{name}}",
    .version = "0.1.0",
    .summary = "The mean over rows of the Dice coefficient 2 |X and Y| / (|X| + |Y|) of the pixels of two masks.",
    .direction = ASSAY_HIGHER_IS_BETTER,
    .options = options_taken,
    .option_count = 2,
};

// Pixels from `start` up to `end`.
typedef struct {
    uint64_t start, end;
} run;

// Reads a mask. Returns what is wrong with it, or NULL.
static const char *parse(assay_text text, run **runs, size_t *count, uint64_t *area) {
    *runs = malloc((text.length / 2 + 1) * sizeof **runs);
    *count = 0;
    *area = 0;
    uint64_t start = 0;
    bool half = false;
    for (size_t at = 0; at < text.length;) {
        if (text.bytes[at] == ' ') {
            at++;
            continue;
        }
        uint64_t number = 0;
        for (; at < text.length && text.bytes[at] != ' '; at++) {
            char digit = text.bytes[at];
            if (digit < '0' || digit > '9' || number > 100000000000) return "a mask is of whole numbers, `start length start length ...`";
            number = number * 10 + (uint64_t)(digit - '0');
        }
        if (number == 0) return "starts and lengths are 1 or more";
        if (half) {
            if (*count > 0 && start < (*runs)[*count - 1].end) return "runs are in order and do not overlap";
            (*runs)[(*count)++] = (run){start, start + number};
            *area += number;
        }
        start = number;
        half = !half;
    }
    return half ? "the last start has no length" : NULL;
}

void assay_validate(const assay_table *submission, const assay_options *options) {
    const char *target = assay_string(options, "target", NULL);
    const assay_text *masks = assay_strings(assay_table_column(submission, target));
    for (size_t row = 0; row < assay_rows(submission); row++) {
        run *runs;
        size_t count;
        uint64_t area;
        const char *wrong = parse(masks[row], &runs, &count, &area);
        if (wrong) assay_refuse(wrong, (int64_t)row, target);
        free(runs);
    }
}

double assay_grade(const assay_table *submission, const assay_table *answers, const assay_options *options) {
    const char *target = assay_string(options, "target", NULL);
    double both_empty = assay_number(options, "both_empty", 1);
    const assay_text *y_true = assay_strings(assay_table_column(answers, target));
    const assay_text *y_pred = assay_strings(assay_table_column(submission, target));
    size_t rows = assay_rows(answers);
    double *scores = malloc(rows * sizeof *scores + 1);
    for (size_t row = 0; row < rows; row++) {
        run *t, *p;
        size_t t_count, p_count;
        uint64_t t_area, p_area, both = 0;
        const char *wrong = parse(y_true[row], &t, &t_count, &t_area);
        if (wrong) assay_fail(assay_format("the answers' row %zu: %s", row, wrong));
        wrong = parse(y_pred[row], &p, &p_count, &p_area);
        if (wrong) assay_refuse(wrong, (int64_t)row, target);
        if (assay_refused()) return 0;
        for (size_t i = 0, j = 0; i < t_count && j < p_count;) {
            uint64_t start = t[i].start > p[j].start ? t[i].start : p[j].start;
            uint64_t end = t[i].end < p[j].end ? t[i].end : p[j].end;
            if (end > start) both += end - start;
            if (t[i].end < p[j].end) i++;
            else j++;
        }
        scores[row] = t_area + p_area == 0 ? both_empty : (double)(2 * both) / (double)(t_area + p_area);
        free(t);
        free(p);
    }
    return assay_mean(scores, rows);
}
