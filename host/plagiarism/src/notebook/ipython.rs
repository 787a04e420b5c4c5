//! What a code cell says to IPython, as Python: magics, shell commands and questions become calls of `get_ipython()`, as IPython itself
//! translates them before it runs a cell.

use std::fmt::Write;

/// The lines of a cell as Python, each with the line of the cell that it starts in, counted from 1.
pub(super) fn as_python(source: &str) -> Vec<(u32, String)> {
    let lines = without_prompts(without_indent(without_empty_start(source)));
    if let Some((number, first)) = lines.first()
        && let Some(magic) = first.strip_prefix("%%")
        && !is_question(magic)
    {
        let (name, arguments) = parted(magic.trim_end());
        let body: String = lines.iter().skip(1).flat_map(|(_, line)| [line, "\n"]).collect();
        let call = format!("get_ipython().run_cell_magic({}, {}, {})", repr(name), repr(arguments), repr(&body));
        return vec![(*number, call)];
    }
    statements(&lines)
}

/// A line of a cell, with its number.
type Line<'a> = (u32, &'a str);

/// All lines but the empty ones that a cell starts with, unless it has no others.
fn without_empty_start(source: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = (1..).zip(source.strip_suffix('\n').unwrap_or(source).split('\n')).collect();
    let empty = lines.iter().take_while(|(_, line)| line.trim().is_empty()).count();
    if empty < lines.len() {
        lines.drain(..empty);
    }
    lines
}

/// The lines without the blanks that all of them start with. Those of blanks alone are empty.
fn without_indent(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let is_blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    let indents = lines.iter().filter(|(_, line)| !is_blank(line)).map(|(_, line)| {
        let code = line.trim_start_matches([' ', '\t']);
        &line[..line.len() - code.len()]
    });
    let common =
        |one: &'_ str, other: &'_ str| one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let indent = indents.reduce(|one, other| &one[..common(one, other)]).map_or(0, str::len);
    lines.into_iter().map(|(number, line)| (number, if is_blank(line) { "" } else { &line[indent..] })).collect()
}

/// The lines without the prompts of a console, if they were copied from one. Those in a text of several lines are its own.
fn without_prompts(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut scanner = Scanner::default();
    let mut is_text = |line: &str| {
        let is_text = scanner.quote.is_some();
        scanner.read(line);
        is_text
    };
    let lines: Vec<(bool, Line<'_>)> = lines.into_iter().map(|line| (is_text(line.1), line)).collect();
    let is_copied = lines.iter().any(|(is_text, (_, line))| !is_text && line.trim_start().starts_with(">>>"));
    let without = |line| -> &str {
        let prompt = |prompt| str::trim_start(line).strip_prefix(prompt);
        let Some(rest) = prompt(">>>").or_else(|| prompt("...")) else { return line };
        rest.strip_prefix([' ', '\t']).unwrap_or(rest)
    };
    let stripped = |is_text: bool, line| if is_copied && !is_text { without(line) } else { line };
    lines.into_iter().map(|(is_text, (number, line))| (number, stripped(is_text, line))).collect()
}

/// Statements, one after the other.
fn statements(lines: &[Line<'_>]) -> Vec<(u32, String)> {
    let mut python = Vec::new();
    let mut scanner = Scanner::default();
    let mut at = 0;
    while let Some(&(number, line)) = lines.get(at) {
        let start = line.len() - line.trim_start().len();
        let (indent, statement) = line.split_at(start);
        let before = scanner.clone();
        let starts = before.is_between_statements();
        let seen = scanner.read(line);
        let question = if starts && seen.ends_with_question { question(statement.trim_end()) } else { None };
        let assigned = seen.assigned.filter(|_| starts).map(|assigned| line.split_at(assigned));
        let (replaced, through) = if let Some(call) = question {
            (Some(format!("{indent}{call}")), at)
        } else if starts && statement.starts_with(ESCAPES) {
            let (command, through) = continued(lines, at, start);
            (escaped(&command).map(|call| format!("{indent}{call}")), through)
        } else if let Some((target, value)) = assigned {
            let blanks = value.len() - value.trim_start().len();
            let (value, through) = continued(lines, at, target.len() + blanks);
            (assigned_value(&value).map(|call| format!("{target}{}{call}", &line[target.len()..][..blanks])), through)
        } else {
            (None, at)
        };
        match replaced {
            Some(replaced) => {
                python.push((number, replaced));
                scanner = Scanner::default();
                at = through + 1;
            }
            None => {
                python.push((number, line.to_owned()));
                at += 1;
            }
        }
    }
    python
}

/// What a statement starts with that is not Python.
const ESCAPES: [char; 6] = ['!', '?', '%', ',', ';', '/'];

/// A line from some byte on, with those that it is continued on by a backslash; and the last of them.
fn continued(lines: &[Line<'_>], at: usize, start: usize) -> (String, usize) {
    let mut text = String::new();
    let mut through = at;
    loop {
        let line = lines.get(through).map_or("", |(_, line)| line);
        let part = if through == at { &line[start..] } else { line };
        match line.strip_suffix('\\') {
            Some(_) if through + 1 < lines.len() => {
                text += part.strip_suffix('\\').unwrap_or_default();
                text.push(' ');
                through += 1;
            }
            _ => {
                text += part.trim_end();
                return (text, through);
            }
        }
    }
}

/// The call that an escaped statement stands for.
fn escaped(command: &str) -> Option<String> {
    let rest = |escape: &str| command.strip_prefix(escape);
    if let Some(rest) = rest("!!") {
        return Some(format!("get_ipython().getoutput({})", repr(rest)));
    }
    if let Some(rest) = rest("!") {
        return Some(format!("get_ipython().system({})", repr(rest)));
    }
    if let Some(target) = rest("??").or_else(|| rest("?")) {
        let escape = if command.starts_with("??") { "??" } else { "?" };
        return Some(if target.is_empty() { "get_ipython().show_usage()".to_owned() } else { asked(target, escape) });
    }
    if let Some(magic) = rest("%") {
        let (name, arguments) = parted(magic);
        return Some(format!("get_ipython().run_line_magic({}, {})", repr(name), repr(arguments)));
    }
    let (name, arguments) = parted(command.get(1..)?);
    let words: Vec<&str> = arguments.split_whitespace().collect();
    match command.chars().next()? {
        ',' => Some(format!("{name}(\"{}\")", words.join("\", \""))),
        ';' => Some(format!("{name}(\"{arguments}\")")),
        '/' if !name.is_empty() => Some(format!("{name}({})", words.join(", "))),
        _ => None,
    }
}

/// The call that stands for what is assigned, if it is a magic or a shell command.
fn assigned_value(value: &str) -> Option<String> {
    if let Some(command) = value.strip_prefix('!') {
        return Some(format!("get_ipython().getoutput({})", repr(command)));
    }
    let magic = value.strip_prefix('%')?;
    let (name, arguments) = parted(magic);
    let is_name = magic.trim_start().starts_with(|c: char| c.is_alphabetic() || c == '_');
    is_name.then(|| format!("get_ipython().run_line_magic({}, {})", repr(name), repr(arguments)))
}

/// A word, and what follows it after a space.
fn parted(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
}

/// True if it is the name of a magic and a question mark.
fn is_question(magic: &str) -> bool {
    let end = magic.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    end.len() < magic.len() && end.starts_with('?')
}

/// The call that a statement stands for that ends with a question mark.
fn question(statement: &str) -> Option<String> {
    let (statement, escape) = match statement.strip_suffix("??") {
        Some(statement) => (statement, "??"),
        None => (statement.strip_suffix('?')?, "?"),
    };
    let target = target(statement)?;
    Some(asked(target, escape))
}

/// The name at the end of a text, with what is taken of it by dots and brackets, and the signs of a magic before it.
fn target(text: &str) -> Option<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut starts = text.char_indices().filter(|&(_, c)| is_word(c) || c == '*' || c == '%');
    starts.find_map(|(start, _)| {
        let found = &text[start..];
        let name = found.strip_prefix("%%").or_else(|| found.strip_prefix('%')).unwrap_or(found);
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let mut rest = name.trim_start_matches(|c| is_word(c) || c == '*');
        if rest.len() == name.len() {
            return None;
        }
        let is_start = |c: char| (is_word(c) && !c.is_ascii_digit()) || c == '*';
        while !rest.is_empty() {
            let attribute = rest.strip_prefix('.').filter(|attribute| attribute.starts_with(is_start));
            let item = || {
                let (index, rest) = rest.strip_prefix('[')?.split_once(']')?;
                let digits = index.strip_prefix('-').unwrap_or(index);
                (!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(rest)
            };
            rest = attribute.map(|attribute| attribute.trim_start_matches(|c| is_word(c) || c == '*')).or_else(item)?;
        }
        Some(found)
    })
}

fn asked(target: &str, escape: &str) -> String {
    let magic = match escape {
        "??" => "pinfo2",
        _ if target.contains('*') => "psearch",
        _ => "pinfo",
    };
    format!("get_ipython().run_line_magic({}, {})", repr(magic), repr(target))
}

/// Python's `repr` of a text.
fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut repr = String::from(quote);
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            '\\' => write!(repr, "\\\\"),
            '\n' => write!(repr, "\\n"),
            '\r' => write!(repr, "\\r"),
            '\t' => write!(repr, "\\t"),
            c if c == quote => write!(repr, "\\{c}"),
            c if c.is_ascii_graphic() || c == ' ' => write!(repr, "{c}"),
            c if u32::from(c) < 0x100 && (c.is_control() || c == '\u{a0}' || c == '\u{ad}') => {
                write!(repr, "\\x{:02x}", u32::from(c))
            }
            c if c.is_whitespace() || assay_types::excerpt::unprintable(c) => write!(repr, "\\u{:04x}", u32::from(c)),
            c => write!(repr, "{c}"),
        };
    }
    repr.push(quote);
    repr
}

/// Where a text is in Python: in brackets, in a text of several lines, or between two statements.
#[derive(Clone, Debug, Default)]
struct Scanner {
    brackets: usize,
    /// The quote that ends a text which was begun, and whether it takes three of them.
    quote: Option<(char, bool)>,
    /// The line before ended with a backslash.
    is_continued: bool,
    /// The statement has had an `=` already.
    has_assigned: bool,
}

/// What there is to say of a line.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Where the first value starts that the statement assigns, in bytes.
    assigned: Option<usize>,
    ends_with_question: bool,
}

impl Scanner {
    fn is_between_statements(&self) -> bool {
        self.brackets == 0 && self.quote.is_none() && !self.is_continued
    }

    /// Reads a line to its end.
    fn read(&mut self, line: &str) -> Seen {
        if self.is_between_statements() {
            self.has_assigned = false;
        }
        let mut seen = Seen::default();
        let mut at = 0;
        let (mut last, mut before) = (' ', ' ');
        self.is_continued = false;
        while let Some(c) = line[at..].chars().next() {
            let rest = &line[at..];
            let mut length = c.len_utf8();
            match self.quote {
                Some((quote, is_triple)) => {
                    if c == '\\' {
                        length += rest[length..].chars().next().map_or(0, char::len_utf8);
                        self.is_continued = rest.len() == 1 && !is_triple;
                    } else if c == quote && !is_triple {
                        self.quote = None;
                    } else if is_triple && rest.starts_with([quote; 3].iter().collect::<String>().as_str()) {
                        self.quote = None;
                        length = 3;
                    }
                    last = quote;
                }
                None => {
                    match c {
                        '#' => break,
                        '\'' | '"' => {
                            let is_triple = rest[1..].starts_with([c; 2].iter().collect::<String>().as_str());
                            self.quote = Some((c, is_triple));
                            length = if is_triple { 3 } else { 1 };
                        }
                        '(' | '[' | '{' => self.brackets += 1,
                        ')' | ']' | '}' => self.brackets = self.brackets.saturating_sub(1),
                        '\\' if rest.trim_end().len() == 1 => self.is_continued = true,
                        '=' if self.brackets == 0 && !self.has_assigned => {
                            let is_other = rest[1..].starts_with('=') || "=!<>+-*/%&|^:@~".contains(before);
                            if !is_other {
                                self.has_assigned = true;
                                seen.assigned = Some(at + 1);
                            }
                        }
                        _ => {}
                    }
                    if !c.is_whitespace() {
                        last = c;
                    }
                }
            }
            before = c;
            at += length;
        }
        // A text in single quotes ends with its line, if it is not continued.
        if !self.is_continued {
            self.quote = self.quote.filter(|&(_, is_triple)| is_triple);
        }
        seen.ends_with_question = last == '?' && line.trim_end().ends_with('?');
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What IPython 9.18.1 makes of these cells, which are the project's own: its `TransformerManager().transform_cell`.
    #[test]
    fn cells_are_as_ipython_makes_them() {
        let cells: Vec<(String, String)> = serde_json::from_str(include_str!("cells.json")).unwrap();
        for (source, expected) in &cells {
            let python: String = as_python(source).into_iter().map(|(_, line)| line + "\n").collect();
            assert_eq!(&python, expected, "{source:?}");
        }
    }

    #[test]
    fn lines_know_where_they_are_from() {
        let lines = |source| as_python(source).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
        assert_eq!(lines("\n\na = 1\n!ls \\\n -l\nb\n"), [3, 4, 6]);
        assert_eq!(lines("\n%%time\na\nb"), [2]);
    }
}
