//! The options of a competition, by name and kind.

use crate::{GradeError, Setting, Table};

/// The options of a competition. The host checked names and kinds against the description; what is missing here is the
/// competition's fault, hence a [`GradeError::Failure`].
#[derive(Debug)]
pub struct Options(Vec<(String, Setting)>);

impl Options {
    /// From the contract's form.
    #[must_use]
    pub fn new(settings: Vec<(String, Setting)>) -> Self {
        Options(settings)
    }

    fn get<'a, T>(&'a self, name: &str, convert: impl Fn(&'a Setting) -> Option<T>) -> Result<Option<T>, GradeError> {
        match self.0.iter().find(|(key, _)| key == name) {
            None => Ok(None),
            Some((_, setting)) => convert(setting)
                .map(Some)
                .ok_or_else(|| GradeError::Failure(format!("option `{name}` has another type than described"))),
        }
    }

    /// A text that must be set.
    ///
    /// # Errors
    ///
    /// If it is not set, or not a text.
    pub fn text(&self, name: &str) -> Result<&str, GradeError> {
        required(name, self.text_or_none(name)?)
    }

    /// A text, or `default` if it is not set.
    ///
    /// # Errors
    ///
    /// If it is not a text.
    pub fn text_or<'a>(&'a self, name: &str, default: &'a str) -> Result<&'a str, GradeError> {
        Ok(self.text_or_none(name)?.unwrap_or(default))
    }

    /// A text, if it is set.
    ///
    /// # Errors
    ///
    /// If it is not a text.
    pub fn text_or_none(&self, name: &str) -> Result<Option<&str>, GradeError> {
        self.get(name, |setting| match setting {
            Setting::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// A list of texts that must be set.
    ///
    /// # Errors
    ///
    /// If it is not set, or not a list of texts.
    pub fn texts(&self, name: &str) -> Result<&[String], GradeError> {
        let texts = self.get(name, |setting| match setting {
            Setting::Texts(texts) => Some(texts.as_slice()),
            _ => None,
        })?;
        required(name, texts)
    }

    /// The columns that an option of kind `columns` names, or all of a table if it is not set.
    ///
    /// # Errors
    ///
    /// If it is not a list of texts.
    pub fn columns<'a>(&'a self, name: &str, table: &'a Table) -> Result<Vec<&'a str>, GradeError> {
        let named = self.get(name, |setting| match setting {
            Setting::Texts(texts) => Some(texts.iter().map(String::as_str).collect()),
            _ => None,
        })?;
        Ok(named.unwrap_or_else(|| table.columns.iter().map(|column| column.name.as_str()).collect()))
    }

    /// A truth value, or `default` if it is not set.
    ///
    /// # Errors
    ///
    /// If it is not a truth value.
    pub fn boolean_or(&self, name: &str, default: bool) -> Result<bool, GradeError> {
        let value = self.get(name, |setting| match setting {
            Setting::Boolean(value) => Some(*value),
            _ => None,
        })?;
        Ok(value.unwrap_or(default))
    }

    /// A whole number, zero or more, that must be set.
    ///
    /// # Errors
    ///
    /// If it is not set, or not such a number.
    pub fn size(&self, name: &str) -> Result<usize, GradeError> {
        let value = self.get(name, |setting| match setting {
            Setting::Integer(value) => usize::try_from(*value).ok(),
            _ => None,
        })?;
        required(name, value)
    }

    /// A number that must be set.
    ///
    /// # Errors
    ///
    /// If it is not set, or not a number.
    pub fn number(&self, name: &str) -> Result<f64, GradeError> {
        required(name, self.number_or_none(name)?)
    }

    /// A number, if it is set.
    ///
    /// # Errors
    ///
    /// If it is not a number.
    pub fn number_or_none(&self, name: &str) -> Result<Option<f64>, GradeError> {
        self.get(name, |setting| match setting {
            Setting::Number(value) => Some(*value),
            Setting::Integer(value) => Some(*value as f64),
            _ => None,
        })
    }

    /// A list of numbers that must be set.
    ///
    /// # Errors
    ///
    /// If it is not set, or not a list of numbers.
    pub fn numbers(&self, name: &str) -> Result<&[f64], GradeError> {
        let numbers = self.get(name, |setting| match setting {
            Setting::Numbers(numbers) => Some(numbers.as_slice()),
            _ => None,
        })?;
        required(name, numbers)
    }
}

fn required<T>(name: &str, value: Option<T>) -> Result<T, GradeError> {
    value.ok_or_else(|| GradeError::Failure(format!("option `{name}` is not set")))
}
