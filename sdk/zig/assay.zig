//! What a grader in Zig is written with. It speaks the contract with the host (wit/grader.wit): the places of values are those of the
//! component model's canonical ABI.
//!
//! A grader is a type with `description`, `validate` and `grade`; `comptime { assay.export_grader(Grader); }` exports it. Memory is never
//! given back: each grading is a program of its own.

const std = @import("std");

/// Where all memory comes from.
pub const allocator = std.heap.wasm_allocator;

pub const Kind = enum(u8) {
    boolean,
    integer,
    number,
    text,
    texts,
    numbers,
    /// A text that names a column: the host hands that column over.
    column,
    /// Texts that name columns: the host hands those columns over.
    columns,
};

pub const Direction = enum(u8) { higher_is_better, lower_is_better };

/// An option that the grader takes.
pub const Option = struct {
    name: []const u8,
    kind: Kind,
    /// False: the grader has a default, which `summary` states.
    required: bool = false,
    /// One sentence for the people who write competitions.
    summary: []const u8,
};

/// What the grader is.
pub const Description = struct {
    /// Lower-case words with hyphens.
    name: []const u8,
    /// Another version may give another score.
    version: []const u8,
    /// What it computes, with the source of the formula.
    summary: []const u8,
    direction: Direction,
    options: []const Option = &.{},
};

/// Why there is no score. `refuse` and `fail` make them, and keep what they say.
pub const Error = error{
    /// The submission is at fault.
    Refused,
    /// The answers, the options or the grader are at fault.
    Failed,
};

/// A figure beside the score.
pub const Detail = struct { name: []const u8, value: f64 };

/// What a submission is worth.
pub const Score = struct { value: f64, details: []const Detail = &.{} };

/// Where in a submission something is wrong. Rows are counted from 0.
pub const Place = struct { row: ?usize = null, column: ?[]const u8 = null };

/// Says that the submission is at fault. From `validate`, participants read it, and it may be called many times; `grade` returns it:
/// `return assay.refuse("…", .{}, .{ .row = 3, .column = "x" })`.
pub fn refuse(comptime format: []const u8, arguments: anytype, place: Place) Error {
    if (problem_count < problems.len) {
        problems[problem_count] = .{
            .message = .of(print(format, arguments)),
            .has_row = @intFromBool(place.row != null),
            .row = @intCast(place.row orelse 0),
            .has_column = @intFromBool(place.column != null),
            .column = .of(place.column orelse ""),
        };
        problem_count += 1;
    }
    return error.Refused;
}

/// Says that the answers, the options or the grader are at fault.
pub fn fail(comptime format: []const u8, arguments: anytype) Error {
    failure = print(format, arguments);
    return error.Failed;
}

/// A text made of a format and its arguments.
pub fn print(comptime format: []const u8, arguments: anytype) []const u8 {
    return std.fmt.allocPrint(allocator, format, arguments) catch @trap();
}

/// Memory for so many values.
pub fn many(comptime T: type, count: usize) []T {
    return allocator.alloc(T, count) catch @trap();
}

/// The mean of numbers, added in the order that numpy adds them in, so that the last bits are those of `np.mean`. NaN of none.
pub fn mean(values: []const f64) f64 {
    return (0.0 + sum(values)) / @as(f64, @floatFromInt(values.len));
}

/// Pairwise over blocks of at most 128, each in eight running sums.
fn sum(values: []const f64) f64 {
    if (values.len > 128) {
        const half = values.len / 2 - values.len / 2 % 8;
        return sum(values[0..half]) + sum(values[half..]);
    }
    var total: f64 = -0.0;
    var at: usize = 0;
    if (values.len >= 8) {
        var s: [8]f64 = values[0..8].*;
        at = 8;
        while (at + 8 <= values.len) : (at += 8) {
            for (&s, values[at..][0..8]) |*lane, value| lane.* += value;
        }
        total = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
    }
    for (values[at..]) |value| total += value;
    return total;
}

/// A table. Row i of the submission answers the same question as row i of the answers.
pub const Table = struct {
    rows: usize,
    columns: []const Raw.Column,
    of_answers: bool,

    /// The column of that name.
    pub fn column(table: Table, name: []const u8) Error!Column {
        for (table.columns) |*raw| {
            if (std.mem.eql(u8, raw.name.slice(), name)) return .{ .raw = raw, .table = table };
        }
        return fail("column `{s}` was not handed over", .{name});
    }

    /// The names of all columns.
    pub fn names(table: Table) []const []const u8 {
        const all = many([]const u8, table.columns.len);
        for (all, table.columns) |*name, raw| name.* = raw.name.slice();
        return all;
    }
};

/// A column. What is asked for has one value a row.
pub const Column = struct {
    raw: *const Raw.Column,
    table: Table,

    pub fn name(column: Column) []const u8 {
        return column.raw.name.slice();
    }

    /// Whether a cell is missing.
    pub fn is_missing(column: Column, row: usize) bool {
        return column.raw.has_validity != 0 and !bit(column.raw.validity.pointer, row);
    }

    /// Which cells are missing.
    pub fn missing(column: Column) []const bool {
        const all = many(bool, column.table.rows);
        for (all, 0..) |*is, row| is.* = column.is_missing(row);
        return all;
    }

    /// Numbers, NaN where a cell is missing; truth values are 1 and 0. Text is refused.
    pub fn numbers(column: Column) Error![]const f64 {
        const all = many(f64, column.table.rows);
        for (all, 0..) |*number, row| {
            number.* = if (column.is_missing(row)) std.math.nan(f64) else switch (column.raw.kind) {
                .boolean => @floatFromInt(@intFromBool(bit(column.raw.values.pointer, row))),
                .int64 => @floatFromInt(column.raw.values.as(i64)[row]),
                .uint64 => @floatFromInt(column.raw.values.as(u64)[row]),
                .float64 => column.raw.values.as(f64)[row],
                .utf8 => return column.is_not_of("numbers"),
            };
        }
        return all;
    }

    /// Truth values, false where a cell is missing; of numbers, 1 is true and 0 false. Anything else is refused.
    pub fn booleans(column: Column) Error![]const bool {
        if (column.raw.kind == .utf8) return column.is_not_of("truth values");
        const all = many(bool, column.table.rows);
        for (all, try column.numbers(), 0..) |*boolean, number, row| {
            if (!column.is_missing(row) and number != 0 and number != 1) return column.is_not_of("truth values");
            boolean.* = number == 1;
        }
        return all;
    }

    /// Texts, empty where a cell is missing; whole numbers in decimal. Anything else is refused.
    pub fn strings(column: Column) Error![]const []const u8 {
        const all = many([]const u8, column.table.rows);
        for (all, 0..) |*string, row| {
            string.* = if (column.is_missing(row)) "" else switch (column.raw.kind) {
                .utf8 => text: {
                    const offsets = column.raw.values.as(i32);
                    const start: usize = @intCast(offsets[row]);
                    break :text column.raw.bytes.slice()[start..@intCast(offsets[row + 1])];
                },
                .int64 => print("{d}", .{column.raw.values.as(i64)[row]}),
                .uint64 => print("{d}", .{column.raw.values.as(u64)[row]}),
                .boolean, .float64 => return column.is_not_of("text"),
            };
        }
        return all;
    }

    fn is_not_of(column: Column, comptime what: []const u8) Error {
        if (column.table.of_answers) return fail("column `{s}` of the answers is not of " ++ what, .{column.name()});
        return refuse("it is not of " ++ what, .{}, .{ .column = column.name() });
    }
};

/// The options of a competition. One that is not set is the default, or a failure where there is none.
pub const Options = struct {
    settings: []const Raw.Setting,

    pub fn number(options: Options, name: []const u8, default: ?f64) Error!f64 {
        const set = options.find(name) orelse return default orelse unset(name);
        return switch (set.kind) {
            .number => set.value.number,
            .integer => @floatFromInt(set.value.integer),
            else => another_type(name),
        };
    }

    pub fn integer(options: Options, name: []const u8, default: ?i64) Error!i64 {
        const set = options.find(name) orelse return default orelse unset(name);
        return if (set.kind == .integer) set.value.integer else another_type(name);
    }

    pub fn boolean(options: Options, name: []const u8, default: ?bool) Error!bool {
        const set = options.find(name) orelse return default orelse unset(name);
        return if (set.kind == .boolean) set.value.boolean != 0 else another_type(name);
    }

    pub fn string(options: Options, name: []const u8, default: ?[]const u8) Error![]const u8 {
        const set = options.find(name) orelse return default orelse unset(name);
        return if (set.kind == .text) set.value.text.slice() else another_type(name);
    }

    pub fn strings(options: Options, name: []const u8, default: ?[]const []const u8) Error![]const []const u8 {
        const set = options.find(name) orelse return default orelse unset(name);
        if (set.kind != .texts) return another_type(name);
        const all = many([]const u8, set.value.text.length);
        for (all, set.value.text.as(Raw.Text)) |*text, raw| text.* = raw.slice();
        return all;
    }

    pub fn numbers(options: Options, name: []const u8, default: ?[]const f64) Error![]const f64 {
        const set = options.find(name) orelse return default orelse unset(name);
        return if (set.kind == .numbers) set.value.text.as(f64) else another_type(name);
    }

    fn find(options: Options, name: []const u8) ?*const Raw.Setting {
        for (options.settings) |*set| {
            if (std.mem.eql(u8, set.name.slice(), name)) return set;
        }
        return null;
    }

    fn unset(name: []const u8) Error {
        return fail("option `{s}` is not set", .{name});
    }

    fn another_type(name: []const u8) Error {
        return fail("option `{s}` has another type than described", .{name});
    }
};

/// Exports a type that has `description`, `grade`, and `validate` if it looks at submissions alone.
pub fn export_grader(comptime Grader: type) void {
    const exports = struct {
        fn describe() callconv(.c) *const Raw.Description {
            const is: Description = Grader.description;
            const options = many(Raw.Option, is.options.len);
            for (options, is.options) |*option, o| {
                option.* = .{ .name = .of(o.name), .kind = o.kind, .required = @intFromBool(o.required), .summary = .of(o.summary) };
            }
            const result = &many(Raw.Description, 1)[0];
            result.* = .{
                .name = .of(is.name),
                .version = .of(is.version),
                .summary = .of(is.summary),
                .direction = is.direction,
                .options = .list(options.ptr, options.len),
            };
            return result;
        }

        fn validate(
            rows: usize,
            columns: [*]const Raw.Column,
            count: usize,
            settings: [*]const Raw.Setting,
            setting_count: usize,
        ) callconv(.c) *const Raw.Validated {
            const submission: Table = .{ .rows = rows, .columns = columns[0..count], .of_answers = false };
            const options: Options = .{ .settings = settings[0..setting_count] };
            problem_count = 0;
            if (@hasDecl(Grader, "validate")) {
                Grader.validate(submission, options) catch |reason| switch (reason) {
                    error.Refused => {},
                    // There is no other way to say that an option or a column is not what it should be.
                    error.Failed => _ = refuse("{s}", .{failure}, .{}) catch {},
                };
            }
            const result = &many(Raw.Validated, 1)[0];
            result.* = .{ .failed = @intFromBool(problem_count > 0), .problems = .list(&problems, problem_count) };
            return result;
        }

        fn grade(
            rows: usize,
            columns: [*]const Raw.Column,
            count: usize,
            answer_rows: usize,
            answer_columns: [*]const Raw.Column,
            answer_count: usize,
            settings: [*]const Raw.Setting,
            setting_count: usize,
        ) callconv(.c) *const Raw.Graded {
            const submission: Table = .{ .rows = rows, .columns = columns[0..count], .of_answers = false };
            const answers: Table = .{ .rows = answer_rows, .columns = answer_columns[0..answer_count], .of_answers = true };
            problem_count = 0;
            const result = &many(Raw.Graded, 1)[0];
            if (Grader.grade(submission, answers, .{ .settings = settings[0..setting_count] })) |score| {
                const details = many(Raw.Detail, score.details.len);
                for (details, score.details) |*detail, d| detail.* = .{ .name = .of(d.name), .value = d.value };
                result.* = .{ .failed = 0, .is = .{ .score = .{ .value = score.value, .details = .list(details.ptr, details.len) } } };
            } else |reason| {
                const text = if (reason == error.Failed) failure else in_a_sentence(problems[0]);
                result.* = .{ .failed = 1, .is = .{ .@"error" = .{ .failure = @intFromBool(reason == error.Failed), .text = .of(text) } } };
            }
            return result;
        }

        fn cabi_realloc(old: ?[*]u8, old_size: usize, alignment: usize, size: usize) callconv(.c) [*]u8 {
            if (size == 0) return @ptrFromInt(alignment);
            const memory = allocator.alignedAlloc(u8, .@"8", size) catch @trap();
            if (old) |from| @memcpy(memory[0..@min(old_size, size)], from[0..@min(old_size, size)]);
            return memory.ptr;
        }
    };
    @export(&exports.describe, .{ .name = "assay:grader/grading@0.1.0#describe" });
    @export(&exports.validate, .{ .name = "assay:grader/grading@0.1.0#validate" });
    @export(&exports.grade, .{ .name = "assay:grader/grading@0.1.0#grade" });
    @export(&exports.cabi_realloc, .{ .name = "cabi_realloc" });
}

/// What a problem says where there is only room for a text.
fn in_a_sentence(problem: Raw.Problem) []const u8 {
    const message = problem.message.slice();
    if (problem.has_column != 0 and problem.has_row != 0) {
        return print("column `{s}`, row {d}: {s}", .{ problem.column.slice(), problem.row, message });
    }
    if (problem.has_column != 0) return print("column `{s}`: {s}", .{ problem.column.slice(), message });
    if (problem.has_row != 0) return print("row {d}: {s}", .{ problem.row, message });
    return message;
}

fn bit(bits: [*]const u8, row: usize) bool {
    return bits[row / 8] >> @intCast(row % 8) & 1 == 1;
}

/// The most problems that a host takes.
var problems: [256]Raw.Problem = undefined;
var problem_count: usize = 0;
var failure: []const u8 = "";

/// Values where the canonical ABI has them.
const Raw = struct {
    const nothing: u64 = 0;

    const Text = extern struct {
        pointer: [*]const u8,
        length: usize,

        fn of(from: []const u8) Text {
            return list(from.ptr, from.len);
        }

        fn list(items: *const anyopaque, count: usize) Text {
            // What Zig allocates of no bytes is at an address that is none.
            const from: *const anyopaque = if (count == 0) &nothing else items;
            return .{ .pointer = @ptrCast(from), .length = count };
        }

        fn slice(text: Text) []const u8 {
            return text.pointer[0..text.length];
        }

        fn as(text: Text, comptime T: type) []const T {
            return @as([*]const T, @ptrCast(@alignCast(text.pointer)))[0..text.length];
        }
    };

    const Column = extern struct {
        name: Text,
        kind: enum(u8) { boolean, int64, uint64, float64, utf8 },
        /// Of utf8, the offsets.
        values: Text,
        /// Of utf8, the text.
        bytes: Text,
        has_validity: u8,
        validity: Text,
    };

    const Setting = extern struct {
        name: Text,
        kind: enum(u8) { boolean, integer, number, text, texts, numbers },
        value: extern union { boolean: u8, integer: i64, number: f64, text: Text },
    };

    const Option = extern struct { name: Text, kind: Kind, required: u8, summary: Text };

    const Description = extern struct { name: Text, version: Text, summary: Text, direction: Direction, options: Text };

    const Problem = extern struct { message: Text, has_row: u8, row: u32, has_column: u8, column: Text };

    const Validated = extern struct { failed: u8, problems: Text };

    const Detail = extern struct { name: Text, value: f64 };

    const Graded = extern struct {
        failed: u8,
        is: extern union {
            score: extern struct { value: f64, details: Text },
            @"error": extern struct { failure: u8, text: Text },
        },
    };

    comptime {
        std.debug.assert(@sizeOf(Raw.Column) == 40 and @sizeOf(Setting) == 24 and @sizeOf(Raw.Option) == 20);
        std.debug.assert(@sizeOf(Raw.Description) == 36 and @sizeOf(Problem) == 28 and @sizeOf(Raw.Detail) == 16);
        std.debug.assert(@sizeOf(Validated) == 12 and @sizeOf(Graded) == 24);
    }
};
