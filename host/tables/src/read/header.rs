//! The names of columns.

use std::collections::{HashMap, HashSet};

/// Names the columns as pandas does: an empty name becomes `Unnamed: 3` (by its position, from 0), and a name that was there before
/// gets `.1`, `.2` and so on, past those that the header has itself. Unnamed columns give way to named ones.
pub(super) fn names(cells: Vec<String>) -> Vec<String> {
    let mut names = cells;
    let (unnamed, named): (Vec<usize>, Vec<usize>) = (0..names.len()).partition(|&index| names[index].is_empty());
    for &index in &unnamed {
        names[index] = format!("Unnamed: {index}");
    }
    // The first of equal names keeps it, so no name ever leaves the header.
    let mut present: HashSet<String> = names.iter().cloned().collect();
    let mut next_number: HashMap<String, usize> = HashMap::new();
    for index in named.into_iter().chain(unnamed) {
        let name = names[index].clone();
        match next_number.get_mut(&name) {
            None => {
                next_number.insert(name, 1);
            }
            Some(number) => {
                let renamed = loop {
                    let renamed = format!("{name}.{number}");
                    *number += 1;
                    if present.insert(renamed.clone()) {
                        break renamed;
                    }
                };
                next_number.insert(renamed.clone(), 1);
                names[index] = renamed;
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    // The columns that pandas 2.3.3 gives.
    #[test]
    fn repeated_and_empty_names() {
        for (header, expected) in [
            ("a,b, a", "a,b, a"),
            ("x,x,x", "x,x.1,x.2"),
            ("x,x,x.1", "x,x.2,x.1"),
            ("x.1,x,x", "x.1,x,x.2"),
            ("x,x,x.1,x.1,x", "x,x.2,x.1,x.1.1,x.3"),
            (",a,", "Unnamed: 0,a,Unnamed: 2"),
            (",Unnamed: 0,Unnamed: 0", "Unnamed: 0.2,Unnamed: 0,Unnamed: 0.1"),
        ] {
            assert_eq!(names(header.split(',').map(ToOwned::to_owned).collect()).join(","), expected, "{header}");
        }
    }
}
