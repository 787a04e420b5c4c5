//! Mean Dice coefficient of masks that are texts of run lengths.

const std = @import("std");
const assay = @import("assay.zig");

/// Pixels from `start` up to `end`.
const Run = struct { start: u64, end: u64 };

const Mask = union(enum) { runs: []const Run, wrong: []const u8 };

fn parse(text: []const u8) Mask {
    var runs: std.ArrayList(Run) = .empty;
    var words = std.mem.tokenizeScalar(u8, text, ' ');
    while (words.next()) |first| {
        const second = words.next() orelse return .{ .wrong = "the last start has no length" };
        const start = std.fmt.parseInt(u32, first, 10) catch 0;
        const length = std.fmt.parseInt(u32, second, 10) catch 0;
        if (start == 0 or length == 0) return .{ .wrong = "starts and lengths are whole numbers, 1 or more" };
        if (runs.items.len > 0 and start < runs.items[runs.items.len - 1].end) return .{ .wrong = "runs are in order and do not overlap" };
        runs.append(assay.allocator, .{ .start = start, .end = @as(u64, start) + length }) catch @trap();
    }
    return .{ .runs = runs.items };
}

fn area(runs: []const Run) u64 {
    var sum: u64 = 0;
    for (runs) |run| sum += run.end - run.start;
    return sum;
}

fn intersection(a: []const Run, b: []const Run) u64 {
    var both: u64 = 0;
    var i: usize = 0;
    var j: usize = 0;
    while (i < a.len and j < b.len) {
        both += @min(a[i].end, b[j].end) -| @max(a[i].start, b[j].start);
        if (a[i].end < b[j].end) i += 1 else j += 1;
    }
    return both;
}

pub const Grader = struct {
    pub const description: assay.Description = .{
        .name = "{{name}}",
        .version = "0.1.0",
        .summary = "The mean over rows of the Dice coefficient 2 |X and Y| / (|X| + |Y|) of the pixels of two masks.",
        .direction = .higher_is_better,
        .options = &.{
            .{
                .name = "target",
                .kind = .column,
                .required = true,
                .summary = "the column of masks: `start length start length ...`, pixels counted from 1; a missing cell is empty",
            },
            .{ .name = "both_empty", .kind = .number, .summary = "the score where nothing is true and nothing predicted (default: 1)" },
        },
    };

    pub fn validate(submission: assay.Table, options: assay.Options) assay.Error!void {
        const target = try options.string("target", null);
        for (try (try submission.column(target)).strings(), 0..) |mask, row| {
            switch (parse(mask)) {
                .runs => {},
                .wrong => |wrong| assay.refuse("{s}", .{wrong}, .{ .row = row, .column = target }) catch {},
            }
        }
    }

    pub fn grade(submission: assay.Table, answers: assay.Table, options: assay.Options) assay.Error!assay.Score {
        const target = try options.string("target", null);
        const both_empty = try options.number("both_empty", 1);
        const y_true = try (try answers.column(target)).strings();
        const y_pred = try (try submission.column(target)).strings();
        const scores = assay.many(f64, y_true.len);
        for (scores, y_true, y_pred, 0..) |*score, truth, prediction, row| {
            const t = switch (parse(truth)) {
                .runs => |runs| runs,
                .wrong => |wrong| return assay.fail("the answers' row {d}: {s}", .{ row, wrong }),
            };
            const p = switch (parse(prediction)) {
                .runs => |runs| runs,
                .wrong => |wrong| return assay.refuse("{s}", .{wrong}, .{ .row = row, .column = target }),
            };
            const total = area(t) + area(p);
            score.* = if (total == 0) both_empty else @as(f64, @floatFromInt(2 * intersection(t, p))) / @as(f64, @floatFromInt(total));
        }
        return .{ .value = assay.mean(scores) };
    }
};

comptime {
    assay.export_grader(Grader);
}
