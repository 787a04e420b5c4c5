//! The gray values of pictures as a table.

use std::fs::File;
use std::io::BufReader;

use png::{BitDepth, ColorType, Decoder, Transformations};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Action;
use crate::error::{About, Fault, RunError};
use crate::place::Place;
use crate::run::Work;
use crate::table::{Data, Table, Texts};
use crate::template::Template;

/// A table of a row for each pixel of PNG pictures, row by row from the left: `id`, which is the picture's with the pixel's row and column
/// from 1, and `value`, its gray from 0 to 1.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gray {
    /// The table of the pictures.
    each: String,
    /// The picture, a template of its columns.
    file: Place,
    /// What pixels of the picture are called, a template too.
    id: String,
    /// What the new table is called.
    r#as: String,
}

/// Larger pictures are refused.
const MOST_PIXELS: u64 = 1 << 28;

impl Action for Gray {
    fn uses(&self) -> Vec<&str> {
        vec![&self.each]
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.r#as]
    }

    fn words(&self) -> String {
        format!("the gray of {}", self.file)
    }

    fn run(&self, work: &mut Work) -> Result<(), RunError> {
        let each = work.table(&self.each)?;
        let (file, id) = (Template::new(&self.file.path, each)?, Template::new(&self.id, each)?);
        let (mut ids, mut values) = (Texts::default(), Vec::new());
        for row in 0..each.rows {
            let place = self.file.with(file.text(row)?).checked()?;
            let id = id.text(row)?;
            let (width, pixels) = gray(work, &place)?;
            work.advance(pixels.len() as u64)?;
            for (at, pixel) in pixels.iter().enumerate() {
                ids.push(Some(&format!("{id}_{}_{}", at / width + 1, at % width + 1)));
                values.push(f64::from(*pixel) / 255.0);
            }
        }
        let columns = vec![("id", Data::Text(ids)), ("value", Data::Real(values))];
        let table = Table::new(self.file.to_string(), columns);
        work.set(&self.r#as, table);
        Ok(())
    }
}

/// The width of a picture, and its pixels as Pillow turns them to gray of 8 bits.
fn gray(work: &Work, place: &Place) -> Result<(usize, Vec<u8>), RunError> {
    let path = work.source(place)?;
    let fault = |problem: String| RunError::from(Fault::new(place.to_string(), problem));
    let mut decoder = Decoder::new(BufReader::new(File::open(&path).about(&path)?));
    // Palettes become colours, and gray of fewer bits fills 8.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|error| fault(format!("it is no PNG picture: {error}")))?;
    let (width, height) = (reader.info().width, reader.info().height);
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(fault(format!("{width} × {height} pixels are too many")));
    }
    let size = reader.output_buffer_size().ok_or_else(|| fault("the picture is too large".to_owned()))?;
    let mut bytes = vec![0; size];
    let frame = reader.next_frame(&mut bytes).map_err(|error| fault(format!("the picture is damaged: {error}")))?;
    bytes.truncate(frame.buffer_size());
    let wide = frame.bit_depth == BitDepth::Sixteen;
    let samples: Vec<u16> = match wide {
        true => bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect(),
        false => bytes.iter().map(|byte| u16::from(*byte)).collect(),
    };
    let (count, colour) = match frame.color_type {
        ColorType::Grayscale => (1, false),
        ColorType::GrayscaleAlpha => (2, false),
        ColorType::Rgb => (3, true),
        ColorType::Rgba => (4, true),
        ColorType::Indexed => return Err(fault("the picture has no palette".to_owned())),
    };
    // Wide samples of colours lose their low byte; gray alone is clipped.
    let narrow = |sample: u16| if wide { (sample >> 8) as u8 } else { sample as u8 };
    let pixel = |samples: &[u16]| match samples {
        [red, green, blue, ..] if colour => luminance(narrow(*red), narrow(*green), narrow(*blue)),
        [gray] => (*gray).min(255) as u8,
        [gray, ..] => narrow(*gray),
        [] => 0,
    };
    Ok((width as usize, samples.chunks_exact(count).map(pixel).collect()))
}

/// The luminance of ITU-R 601-2, in fixed point of 16 bits.
fn luminance(red: u8, green: u8, blue: u8) -> u8 {
    ((u32::from(red) * 19_595 + u32::from(green) * 38_470 + u32::from(blue) * 7_471 + 0x8000) >> 16) as u8
}
