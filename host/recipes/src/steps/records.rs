//! Steps on TensorFlow's record files.

use std::fs::File;
use std::io::{BufWriter, Write};

use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::records::{feature, put_record, record, stripped};
use crate::run::Work;
use crate::table::{Data, Table, Texts};
use crate::template::Template;

/// Makes a table of one column of a feature's first values in record files. Checksums are checked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Records {
    /// The table of the files.
    each: String,
    /// The file, a template of its columns.
    file: Place,
    /// The feature, which is bytes.
    feature: String,
    /// What the new table is called.
    r#as: String,
}

impl Action for Records {
    fn uses(&self) -> Vec<&str> {
        vec![&self.each]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("the {} in {}", self.feature, self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let each = work.table(&self.each)?;
        let path = Template::new(&self.file.path, each)?;
        let mut texts = Texts::default();
        for row in 0..each.rows {
            let file = self.file.with(path.text(row)?).checked()?;
            let bytes = work.bytes(&file)?;
            let mut rest = bytes.as_slice();
            let mut number = 0;
            while !rest.is_empty() {
                number += 1;
                let fault = |problem: &str| Fault::new(file.to_string(), problem).at(number - 1);
                let record = record(&mut rest).ok_or_else(|| fault("the record is cut or its checksum is wrong"))?;
                let value = feature(record, &self.feature);
                let text = value.and_then(|value| std::str::from_utf8(value).ok());
                texts.push(Some(text.ok_or_else(|| fault("the record has no such feature").column(&self.feature))?));
            }
        }
        let table = Table::new(self.file.to_string(), vec![(self.feature.as_str(), Data::Text(texts))]);
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// Copies record files without some features, as labels are. One file at a time is in memory.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StripRecords {
    /// The table of the files.
    each: String,
    /// From where, a template of its columns.
    from: Place,
    /// To where, a template too.
    to: Place,
    /// The features that go, where they are.
    features: Vec<String>,
}

impl Action for StripRecords {
    fn uses(&self) -> Vec<&str> {
        vec![&self.each]
    }

    fn words(&self) -> String {
        format!("copy {} without {}", self.from, self.features.join(", "))
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let each = work.table(&self.each)?;
        let (from, to) = (Template::new(&self.from.path, each)?, Template::new(&self.to.path, each)?);
        for row in 0..each.rows {
            let place = self.from.with(from.text(row)?).checked()?;
            let bytes = work.bytes(&place)?;
            let path = work.target(&self.to.with(to.text(row)?).checked()?)?;
            let mut out = BufWriter::new(File::create(&path).about(&path)?);
            let mut rest = bytes.as_slice();
            let mut number = 0;
            while !rest.is_empty() {
                number += 1;
                let fault = |problem: &str| Fault::new(place.to_string(), problem).at(number - 1);
                let record = record(&mut rest).ok_or_else(|| fault("the record is cut or its checksum is wrong"))?;
                let record = stripped(record, &self.features).ok_or_else(|| fault("the record is no example"))?;
                put_record(&record, &mut out).about(&path)?;
            }
            out.flush().about(&path)?;
        }
        Ok(())
    }
}
