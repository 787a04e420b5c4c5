//! Components that mean to cost their compiler much more than their size says. The limits on code are the engine's.

use assay_tests::Failure;
use assay_tests::attacks::{VERSION, component};

use super::expected::{Expected, limit, no_component, no_grader, scored, undescribed};
use super::{TABLES, check, table};

const MODULE: &[u8] = b"\0asm\x01\0\0\0";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// The sections that bombs are made of.
const TYPES: u8 = 1;
const FUNCTIONS: u8 = 3;
const CODE: u8 = 10;
const CORE_MODULE: u8 = 1;
const COMPONENT_TYPES: u8 = 7;
const INNER_COMPONENT: u8 = 4;

/// The types of a module whose functions take nothing and return nothing.
const PLAIN: &[u8] = &[1, 0x60, 0, 0];

/// A grader that has this text in its module beside what is honest.
fn grader_comes_to(name: &str, does: &str, text: &str, expected: Expected) -> Result<(), Failure> {
    comes_to(name, does, &component(name, text, VERSION)?, expected)
}

/// A file that is no grader.
fn comes_to(name: &str, does: &str, file: &[u8], expected: Expected) -> Result<(), Failure> {
    let run = check(name, file, &expected.of(name))?;
    table::add(name, does, &run)
}

/// A section: its id, its size, its content.
pub(super) fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], leb128(content.len()).as_slice(), content].concat()
}

/// A component that holds a module of functions.
fn of_functions(functions: &[u8], code: &[u8]) -> Vec<u8> {
    let module = [MODULE, &section(TYPES, PLAIN), &section(FUNCTIONS, functions), &section(CODE, code)].concat();
    [COMPONENT, &section(CORE_MODULE, &module)].concat()
}

#[test]
fn many_functions() -> Result<(), Failure> {
    let text = "(func)".repeat(10_000);
    grader_comes_to("many-functions", "It has 10,000 functions: no harm in that.", &text, scored(0.5))
}

#[test]
fn too_many_functions() -> Result<(), Failure> {
    const COUNT: usize = 1_000_001;
    let functions = [leb128(COUNT), vec![0; COUNT]].concat();
    let code = [leb128(COUNT), [2, 0, 0x0b].repeat(COUNT)].concat();
    let refused = no_component("failed to parse WebAssembly module: functions count exceeds limit of 1000000");
    comes_to("too-many-functions", "It has more than a million functions.", &of_functions(&functions, &code), refused)
}

#[test]
fn a_giant_table_of_branches() -> Result<(), Failure> {
    let text = format!("(func (param i32) (br_table {} (local.get 0)))", "0 ".repeat(1_000_000));
    let refused = no_component("failed to compile");
    grader_comes_to("giant-br-table", "It has a `br_table` of a million targets.", &text, refused)
}

#[test]
fn many_locals() -> Result<(), Failure> {
    let text = format!("(func (local {}))", "f64 ".repeat(50_000));
    grader_comes_to("many-locals", "It has a function of 50,000 locals: no harm in that.", &text, scored(0.5))
}

#[test]
fn too_many_locals() -> Result<(), Failure> {
    // One group of 2^32 - 1 locals of type f64, and the end.
    let body = [1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7c, 0x0b];
    let code = [[1].as_slice(), &leb128(body.len()), &body].concat();
    let refused = no_component("failed to compile: wasm[0]::function[0]: ");
    comes_to("too-many-locals", "It has a function of 2^32 - 1 locals.", &of_functions(&[1, 0], &code), refused)
}

#[test]
fn a_function_of_5_mb() -> Result<(), Failure> {
    let text = format!("(func {})", "(drop (f64.const 1))".repeat(500_000));
    grader_comes_to("function-of-5-mb", "It has a function of 5 MB of code: no harm in that.", &text, scored(0.5))
}

#[test]
fn a_function_of_8_mb() -> Result<(), Failure> {
    // No locals, then nothing but `nop`.
    let body = [vec![0], vec![1; 8_000_000], vec![0x0b]].concat();
    let code = [vec![1], leb128(body.len()), body].concat();
    let refused = no_component("failed to parse WebAssembly module: function body size");
    comes_to("function-of-8-mb", "It has a function of 8 MB of code.", &of_functions(&[1, 0], &code), refused)
}

/// What the compiler cannot do in its memory, it is stopped at.
const MEMORY: &str = "compiling the component needed more than 2147483648 bytes of memory";

#[test]
fn a_function_of_much_work() -> Result<(), Failure> {
    let text =
        format!("(func (param i64) {})", "(local.set 0 (i64.mul (local.get 0) (i64.const 3)))".repeat(1_000_000));
    grader_comes_to("function-of-much-work", "It has a function of a million steps.", &text, no_grader(MEMORY))
}

#[test]
fn deepest_blocks() -> Result<(), Failure> {
    // No locals, a million blocks, and their ends.
    let body = [vec![0], [0x02, 0x40].repeat(1_000_000), vec![0x0b; 1_000_001]].concat();
    let code = [vec![1], leb128(body.len()), body].concat();
    comes_to("deepest-blocks", "It has blocks a million deep.", &of_functions(&[1, 0], &code), no_grader(MEMORY))
}

#[test]
fn deep_blocks() -> Result<(), Failure> {
    let text = format!("(func {} {})", "block ".repeat(100_000), "end ".repeat(100_000));
    grader_comes_to("deep-blocks", "It has blocks 100,000 deep: no harm in that.", &text, scored(0.5))
}

#[test]
fn types_of_exponential_size() -> Result<(), Failure> {
    let tuple = |inner: usize| format!("(type $t{} (tuple{}))", inner + 1, format!(" $t{inner}").repeat(10));
    let text = format!("(component (type $t0 (tuple u8 u8)) {})", (0..20).map(tuple).collect::<String>());
    let refused = no_component("failed to parse WebAssembly module: effective type size exceeds the limit of 1000000");
    comes_to("exponential-types", "It has a type of 2 · 10^20 parts.", &wat::parse_str(text)?, refused)
}

#[test]
fn deep_lists() -> Result<(), Failure> {
    let list = |inner: usize| format!("(type $t{} (list $t{inner}))", inner + 1);
    let text = format!("(component (type $t0 (list u8)) {})", (0..10_000).map(list).collect::<String>());
    let refused = no_component("failed to parse WebAssembly module: type nesting is too deep");
    comes_to("deep-lists", "It has lists of lists, 10,000 deep.", &wat::parse_str(text)?, refused)
}

/// What follows types into types must not do so on its stack without an end.
#[test]
fn deep_types() -> Result<(), Failure> {
    const COMPONENT_TYPE: u8 = 0x41;
    // Each has one declaration, which is a type.
    let types = [vec![1], [COMPONENT_TYPE, 1, 1].repeat(100_000), vec![COMPONENT_TYPE, 0]].concat();
    let file = [COMPONENT, &section(COMPONENT_TYPES, &types)].concat();
    comes_to("deep-types", "It has types of components in types of components, 100,000 deep.", &file, no_component(""))
}

#[test]
fn deep_components() -> Result<(), Failure> {
    // Each is written before the one around it, back to front, since that one needs its size.
    let mut backwards: Vec<u8> = COMPONENT.iter().rev().copied().collect();
    for _ in 0..10_000 {
        let size = leb128(backwards.len());
        backwards.extend(size.iter().rev());
        backwards.push(INNER_COMPONENT);
        backwards.extend(COMPONENT.iter().rev());
    }
    backwards.reverse();
    comes_to("deep-components", "It is a component in a component, 10,000 deep.", &backwards, no_component(""))
}

/// The interface that a grader exports.
const INTERFACE: &[u8] = b"assay:grader/grading@0.1.0";

/// A component around a grader that has such modules beside the grader's own: an instance of each is made with the grader's.
fn beside(grader: &[u8], modules: &[&str]) -> Result<Vec<u8>, Failure> {
    let mut component = COMPONENT.to_vec();
    let mut instances = leb128(modules.len());
    for (number, module) in modules.iter().enumerate() {
        component.extend(section(CORE_MODULE, &wat::parse_str(module)?));
        // An instance of that module, which is given nothing.
        instances.extend([&[0], leb128(number).as_slice(), &[0]].concat());
    }
    component.extend(section(2, &instances));
    component.extend(section(INNER_COMPONENT, grader));
    // An instance of the grader, which is given nothing; the instance that it exports; and the export of that one.
    component.extend(section(5, &[1, 0, 0, 0]));
    let name = [leb128(INTERFACE.len()).as_slice(), INTERFACE].concat();
    component.extend(section(6, &[&[1, 5, 0, 0], name.as_slice()].concat()));
    component.extend(section(11, &[&[1, 0], name.as_slice(), &[5, 1, 0]].concat()));
    Ok(component)
}

/// Each of a component's modules may have a table. What they have counts together, be it there from the start or grown.
fn tables_come_to(name: &str, does: &str, own: &str, others: &str, expected: Expected) -> Result<(), Failure> {
    comes_to(name, does, &beside(&component(name, own, VERSION)?, &[others; 3])?, expected)
}

#[test]
fn four_tables_at_the_limit() -> Result<(), Failure> {
    let does = "It has four modules with tables of 25,000 elements: no harm in that.";
    let table = "(table 25000 funcref)";
    tables_come_to("four-tables-at-the-limit", does, table, &format!("(module {table})"), scored(0.5))
}

#[test]
fn four_tables() -> Result<(), Failure> {
    let does = "It has four modules with tables of 30,000 elements, each of which may be.";
    let table = "(table 30000 funcref)";
    tables_come_to("four-tables", does, table, &format!("(module {table})"), undescribed(TABLES))
}

#[test]
fn four_tables_that_grow() -> Result<(), Failure> {
    let does = "It has three modules with tables of 30,000 elements, and `grade` grows the fourth to 10,001.";
    let own = r##"
(table $own 1 funcref)
(func (export "#grade") (type $grade)
  (drop (table.grow $own (ref.null func) (i32.const 9999)))
  (drop (table.grow $own (ref.null func) (i32.const 1)))
  (call $score (f64.const 0.5)))
"##;
    let others = "(module (table 1 funcref) (start $grow)
        (func $grow (drop (table.grow 0 (ref.null func) (i32.const 29999)))))";
    tables_come_to("four-tables-that-grow", does, own, others, limit(TABLES))
}

/// Each of a component's modules may have a memory. What they have counts together.
#[test]
fn four_memories() -> Result<(), Failure> {
    let memory = "(module (memory 4800))";
    let does = "It has four modules with memories of 300 MiB and less, each of which may be.";
    comes_to("four-memories", does, &beside(&component("four-memories", "", VERSION)?, &[memory; 3])?, scored(0.5))?;
    let grow = "(module (memory 4800) (start $grow) (func $grow (drop (memory.grow (i32.const 800)))))";
    let does = "It has three modules whose memories grow to 350 MiB each as soon as there is an instance.";
    let grows = beside(&component("memories-that-grow", "", VERSION)?, &[grow; 3])?;
    comes_to("memories-that-grow", does, &grows, undescribed(super::MEMORY))
}

/// What has too many parts is refused before it is compiled.
#[test]
fn too_many_parts() -> Result<(), Failure> {
    let parts = |name: &str, does: &str, module: &str, count: usize, what: &str| -> Result<(), Failure> {
        let grader = beside(&component(name, "", VERSION)?, &vec![module; count])?;
        comes_to(name, does, &grader, no_grader(what))
    };
    let memories = "the component has more than 4 memories";
    parts("too-many-memories", "It has a memory more than there may be.", "(module (memory 1))", 4, memories)?;
    let tables = "the component has more than 16 tables";
    parts("too-many-tables", "It has a table more than there may be.", "(module (table 1 funcref))", 17, tables)?;
    let instances = "the component has more than 64 core module instances";
    parts("too-many-instances", "It has an instance more than there may be.", "(module)", 64, instances)
}

pub(super) fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
