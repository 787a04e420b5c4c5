//! Tokens of Python: the nodes of the syntax tree as brackets and kinds, so that names, numbers, comments and blanks are of no account.

use std::sync::LazyLock;

use tree_sitter::{Language, Node, ParseOptions, Parser, TreeCursor};

use crate::file::Unreadable;
use crate::hash;

/// How often the parser may say how far it is while it reads one file: each time is a hundred of its steps. A mebibyte of Python as people
/// write it takes 8,000, and of the shortest statements 35,000. Some nonsense takes few steps and long ones: that is what `stop` is for.
const PARSER_STEPS: usize = 200_000;

/// A token: its hash, and the line it stands in, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) hash: u32,
    pub(crate) row: u32,
}

/// What is to be known of each kind of node.
struct Kinds {
    language: Language,
    by_id: Vec<Kind>,
    opening: u32,
    closing: u32,
}

#[derive(Clone, Copy)]
struct Kind {
    hash: u32,
    is_comment: bool,
}

impl Kind {
    fn of(name: &str) -> Self {
        Kind { hash: hash::of_token(name), is_comment: name.contains("comment") }
    }
}

static KINDS: LazyLock<Kinds> = LazyLock::new(|| {
    let language = Language::from(tree_sitter_python::LANGUAGE);
    let ids = (0..language.node_kind_count()).filter_map(|id| u16::try_from(id).ok());
    let by_id = ids.map(|id| Kind::of(language.node_kind_for_id(id).unwrap_or_default())).collect();
    Kinds { by_id, opening: hash::of_token("("), closing: hash::of_token(")"), language }
});

impl Kinds {
    /// The kind of a node. What could not be parsed is of a kind that has no number of its own.
    fn of(&self, node: Node<'_>) -> Kind {
        self.by_id.get(usize::from(node.kind_id())).copied().unwrap_or_else(|| Kind::of(node.kind()))
    }
}

/// The tokens of a text. What is no Python is a token of its own, so that every text has some. It ends early when `stop` says so.
pub(crate) fn of(text: &str, stop: &dyn Fn() -> bool) -> Result<Vec<Token>, Unreadable> {
    let mut parser = Parser::new();
    parser.set_language(&KINDS.language).map_err(|error| Unreadable::Parser(error.to_string()))?;
    let (mut asked, mut stopped) = (0, false);
    let mut progress = |_: &_| {
        asked += 1;
        stopped = stop();
        stopped || asked > PARSER_STEPS
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    // In UTF-16, as JavaScript has it: what the parser makes of a syntax error depends on how many bytes it skips.
    let units: Vec<u16> = text.encode_utf16().map(u16::to_le).collect();
    let mut rest = |at: usize, _| units.get(at..).unwrap_or_default();
    let tree = parser.parse_utf16_le_with_options(&mut rest, None, Some(options));
    let Some(tree) = tree else {
        return Err(if stopped { Unreadable::Stopped } else { Unreadable::Steps });
    };
    let mut tokens = Vec::new();
    let mut cursor = tree.walk();
    while enter(&mut cursor, &mut tokens) || advance(&mut cursor, &mut tokens) {}
    Ok(tokens)
}

/// Opens the node that the cursor is at, and moves to its first child, if it has one. Only named nodes count: what the grammar spells out,
/// such as `if` or `+`, does not.
fn enter(cursor: &mut TreeCursor<'_>, tokens: &mut Vec<Token>) -> bool {
    let node = cursor.node();
    if !node.is_named() {
        return false;
    }
    let kind = KINDS.of(node);
    if !kind.is_comment {
        let row = row(node.start_position().row);
        tokens.extend([KINDS.opening, kind.hash].map(|hash| Token { hash, row }));
    }
    cursor.goto_first_child()
}

/// Closes the node that the cursor is at, which has no children that are still to come, and moves to the next node; false if there is none.
fn advance(cursor: &mut TreeCursor<'_>, tokens: &mut Vec<Token>) -> bool {
    loop {
        let node = cursor.node();
        if node.is_named() && !KINDS.of(node).is_comment {
            tokens.push(Token { hash: KINDS.closing, row: last_row(node) });
        }
        if cursor.goto_next_sibling() {
            return true;
        }
        if !cursor.goto_parent() {
            return false;
        }
    }
}

/// The line in which the last character of a node stands. One that ends with a line end reaches into the next.
fn last_row(node: Node<'_>) -> u32 {
    let (start, end) = (node.start_position(), node.end_position());
    row(if end.column == 0 && end.row > start.row { end.row - 1 } else { end.row })
}

fn row(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        of(text, &|| false).unwrap()
    }

    fn hashes(text: &str) -> Vec<u32> {
        tokens(text).into_iter().map(|token| token.hash).collect()
    }

    #[test]
    fn a_tree_is_brackets_and_kinds() {
        let expected = [
            "(",
            "module",
            "(",
            "expression_statement",
            "(",
            "assignment",
            "(",
            "identifier",
            ")",
            "(",
            "integer",
            ")",
            ")",
            ")",
            ")",
        ];
        assert_eq!(hashes("x = 1\n"), expected.map(hash::of_token));
    }

    #[test]
    fn names_numbers_comments_and_blanks_are_of_no_account() {
        let one = "def f(a):\n    # twice\n    return a * 2\n";
        let other = "def twice(value): # it is\n\n        return value*4\n";
        assert_eq!(hashes(one), hashes(other));
        assert_ne!(hashes(one), hashes("def f(a):\n    return a ** 2 + 1\n"));
    }

    #[test]
    fn tokens_know_their_lines() {
        let rows: Vec<u32> = tokens("\nif a:\n    b\n").into_iter().map(|token| token.row).collect();
        // module, if_statement, identifier; block, expression_statement, identifier
        assert_eq!(rows, [1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
    }

    #[test]
    fn what_is_no_python_has_tokens_too() {
        for text in ["", "\0", "\u{feff}", "x = = (", "'''", "{% if %}", "\u{fffd}\u{fffd}", "def", "\t\t \t x\n y"] {
            assert!(hashes(text).len() >= 3, "{text:?}");
        }
    }

    #[test]
    fn it_ends_when_it_is_told_to() {
        let text = "x = [1, 2, 3]\n".repeat(1000);
        assert!(matches!(of(&text, &|| true), Err(Unreadable::Stopped)));
    }
}
