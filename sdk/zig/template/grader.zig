//! Mean absolute error of one column.

const std = @import("std");
const assay = @import("assay.zig");

pub const Grader = struct {
    pub const description: assay.Description = .{
        .name = "{{name}}",
        .version = "0.1.0",
        .summary = "The mean of |answer - prediction| (scikit-learn's mean_absolute_error).",
        .direction = .lower_is_better,
        .options = &.{
            .{ .name = "target", .kind = .column, .required = true, .summary = "the predicted column" },
            .{ .name = "tolerance", .kind = .number, .summary = "errors up to this size count as none (default: 0)" },
        },
    };

    /// Sees the submission alone, so participants may read what it says.
    pub fn validate(submission: assay.Table, options: assay.Options) assay.Error!void {
        const target = try options.string("target", null);
        const predictions = try (try submission.column(target)).numbers();
        for (predictions, 0..) |prediction, row| {
            if (!std.math.isFinite(prediction)) {
                assay.refuse("the prediction is missing or not finite: a number is needed", .{}, .{ .row = row, .column = target }) catch {};
            }
        }
    }

    pub fn grade(submission: assay.Table, answers: assay.Table, options: assay.Options) assay.Error!assay.Score {
        const target = try options.string("target", null);
        const tolerance = try options.number("tolerance", 0);
        const y_true = try (try answers.column(target)).numbers();
        const y_pred = try (try submission.column(target)).numbers();
        var sum: f64 = 0;
        var largest: f64 = 0;
        var scored: f64 = 0;
        for (y_true, y_pred) |answer, prediction| {
            if (std.math.isNan(answer)) continue; // a row without an answer does not count
            const distance = @abs(answer - prediction);
            const size = if (distance <= tolerance) 0 else distance;
            sum += size;
            largest = @max(largest, size);
            scored += 1;
        }
        if (scored == 0) return assay.fail("no row has an answer", .{});
        const details = assay.many(assay.Detail, 1);
        details[0] = .{ .name = "largest error", .value = largest };
        return .{ .value = sum / scored, .details = details };
    }
};

comptime {
    assay.export_grader(Grader);
}
