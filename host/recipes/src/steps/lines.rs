//! Lines of text, one at a time: memory does not grow with the file.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};

use assay_generators::RandomState;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::run::Work;

/// Splits lines by a number drawn for each. Of those of the test part, which have more than two words, a drawn inner word is taken out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitLines {
    /// The file of lines.
    file: Place,
    /// The largest number, of those from 0 to 1, that puts a line into the test part.
    test: f64,
    /// Where the random numbers start.
    #[serde(default)]
    seed: u32,
    /// The lines of the train part.
    train: Place,
    /// The whole sentences of the test part, numbered and quoted.
    whole: Place,
    /// The same without the word.
    cut: Place,
}

/// Longer lines are no sentences.
const LONGEST: usize = 1 << 26;

impl Action for SplitLines {
    fn words(&self) -> String {
        format!("split the lines of {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let path = work.source(&self.file)?;
        let mut lines = BufReader::new(File::open(&path).about(&path)?);
        let create = |place: &Place| -> Result<_, RunError> {
            let path = work.target(place)?;
            Ok((BufWriter::new(File::create(&path).about(&path)?), path))
        };
        let (mut train, train_path) = create(&self.train)?;
        let (mut whole, whole_path) = create(&self.whole)?;
        let (mut cut, cut_path) = create(&self.cut)?;
        whole.write_all(b"\"id\",\"sentence\"\n").about(&whole_path)?;
        cut.write_all(b"\"id\",\"sentence\"\n").about(&cut_path)?;
        let mut random = RandomState::new(self.seed);
        let (mut number, mut read, mut chunk) = (0_u64, 0_u64, Vec::new());
        loop {
            chunk.clear();
            if lines.read_until(b'\n', &mut chunk).about(&path)? == 0 {
                break;
            }
            read += 1;
            work.advance(chunk.len() as u64)?;
            let fault = |problem: &str| Fault::new(self.file.to_string(), problem).line(read);
            if chunk.len() > LONGEST {
                return Err(fault("the line is too long").into());
            }
            let text = std::str::from_utf8(&chunk).map_err(|_| fault("the bytes are no UTF-8"))?;
            // A carriage return ends a line too.
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            for line in text.split_inclusive('\n') {
                let drawn = random.double();
                let words: Vec<&str> = pytext::split(line).collect();
                if drawn > self.test || words.len() <= 2 {
                    train.write_all(line.as_bytes()).about(&train_path)?;
                    continue;
                }
                let gap = 1 + random.up_to(words.len() as u32 - 3) as usize;
                let quoted = |text: &str| text.replace('"', "\"\"");
                let stripped = line.trim_matches(pytext::is_whitespace);
                writeln!(whole, "{number},\"{}\"", quoted(stripped)).about(&whole_path)?;
                let rest: Vec<&str> =
                    words.iter().enumerate().filter(|(at, _)| *at != gap).map(|(_, word)| *word).collect();
                writeln!(cut, "{number},\"{}\"", quoted(&rest.join(" "))).about(&cut_path)?;
                number += 1;
            }
        }
        train.flush().about(&train_path)?;
        whole.flush().about(&whole_path)?;
        cut.flush().about(&cut_path)
    }
}
