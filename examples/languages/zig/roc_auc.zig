//! Area under the ROC curve of one column.

const std = @import("std");
const assay = @import("assay.zig");

pub const Grader = struct {
    pub const description: assay.Description = .{
        .name = "{{name}}",
        .version = "0.1.0",
        .summary = "Area under the ROC curve (scikit-learn's roc_auc_score: ties count half).",
        .direction = .higher_is_better,
        .options = &.{.{
            .name = "target",
            .kind = .column,
            .required = true,
            .summary = "the column of scores; the answers hold 1 for positive and 0 for negative",
        }},
    };

    pub fn validate(submission: assay.Table, options: assay.Options) assay.Error!void {
        const target = try options.string("target", null);
        for (try (try submission.column(target)).numbers(), 0..) |score, row| {
            if (!std.math.isFinite(score)) {
                assay.refuse("the score is missing or not finite: a number is needed", .{}, .{ .row = row, .column = target }) catch {};
            }
        }
    }

    /// Over all pairs of a positive and a negative row, 2 where the positive has the higher score and 1 where both are equal.
    pub fn grade(submission: assay.Table, answers: assay.Table, options: assay.Options) assay.Error!assay.Score {
        const target = try options.string("target", null);
        const y_true = try (try answers.column(target)).booleans();
        const y_score = try (try submission.column(target)).numbers();
        var positives: std.ArrayList(f64) = .empty;
        var negatives: std.ArrayList(f64) = .empty;
        for (y_true, y_score) |label, score| {
            (if (label) &positives else &negatives).append(assay.allocator, score) catch @trap();
        }
        const p, const n = .{ positives.items, negatives.items };
        if (p.len == 0 or n.len == 0) return assay.fail("the answers are of one class: there is no curve", .{});
        std.sort.pdq(f64, p, {}, std.sort.asc(f64));
        std.sort.pdq(f64, n, {}, std.sort.asc(f64));
        var below: usize = 0;
        var not_above: usize = 0;
        var twice: u64 = 0;
        for (p) |score| {
            while (below < n.len and n[below] < score) below += 1;
            while (not_above < n.len and n[not_above] <= score) not_above += 1;
            twice += below + not_above;
        }
        const pairs = 2 * @as(u64, p.len) * @as(u64, n.len);
        return .{ .value = @as(f64, @floatFromInt(twice)) / @as(f64, @floatFromInt(pairs)) };
    }
};

comptime {
    assay.export_grader(Grader);
}
