//! Mean average precision of ranked lists, cut at k.

const std = @import("std");
const assay = @import("assay.zig");

pub const Grader = struct {
    pub const description: assay.Description = .{
        .name = "{{name}}",
        .version = "0.1.0",
        .summary = "MAP@k: the mean over rows of the average precision of a ranked list's first k items, divided by min(true items, k).",
        .direction = .higher_is_better,
        .options = &.{
            .{ .name = "target", .kind = .column, .required = true, .summary = "the column of lists, best item first, with one blank between items" },
            .{ .name = "k", .kind = .integer, .required = true, .summary = "how many items of a list count" },
        },
    };

    pub fn validate(submission: assay.Table, options: assay.Options) assay.Error!void {
        const target = try options.string("target", null);
        const lists = try submission.column(target);
        _ = try lists.strings();
        for (lists.missing(), 0..) |missing, row| {
            if (missing) assay.refuse("the list is missing: one item or more are needed", .{}, .{ .row = row, .column = target }) catch {};
        }
    }

    fn average_precision(y_true: []const u8, y_pred: []const u8, k: u64) f64 {
        var left: std.StringHashMapUnmanaged(void) = .empty;
        defer left.deinit(assay.allocator);
        var items = std.mem.splitScalar(u8, y_true, ' ');
        while (items.next()) |item| left.put(assay.allocator, item, {}) catch @trap();
        const best = @min(left.count(), k);
        var hits: f64 = 0;
        var score: f64 = 0;
        var rank: u64 = 0;
        var predicted = std.mem.splitScalar(u8, y_pred, ' ');
        while (predicted.next()) |item| {
            if (rank == k) break;
            rank += 1;
            if (left.remove(item)) {
                hits += 1;
                score += hits / @as(f64, @floatFromInt(rank));
            }
        }
        return if (best == 0) 0 else score / @as(f64, @floatFromInt(best));
    }

    pub fn grade(submission: assay.Table, answers: assay.Table, options: assay.Options) assay.Error!assay.Score {
        const target = try options.string("target", null);
        const k: u64 = @intCast(@max(0, try options.integer("k", null)));
        const y_true = try (try answers.column(target)).strings();
        const y_pred = try (try submission.column(target)).strings();
        const precisions = assay.many(f64, y_true.len);
        for (precisions, y_true, y_pred) |*precision, truth, prediction| precision.* = average_precision(truth, prediction, k);
        return .{ .value = assay.mean(precisions) };
    }
};

comptime {
    assay.export_grader(Grader);
}
