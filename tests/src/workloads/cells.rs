//! Cells as long as those of competitions.

use fastrand::Rng;

/// Words of a sentence, from a vocabulary with short words and a few long ones.
fn word(random: &mut Rng) -> String {
    const SYLLABLES: [&str; 12] = ["an", "be", "con", "der", "el", "for", "gra", "in", "mo", "re", "st", "the"];
    (0..random.usize(1..4)).map(|_| SYLLABLES[random.usize(0..SYLLABLES.len())]).collect()
}

fn joined(count: usize, mut item: impl FnMut() -> String) -> String {
    (0..count).map(|_| item()).collect::<Vec<_>>().join(" ")
}

/// A sentence of some 25 words.
pub(super) fn sentence(random: &mut Rng) -> String {
    joined(random.usize(15..35), || word(random))
}

/// A sentence, and the same with every twentieth character or so read wrongly.
pub(super) fn misread(random: &mut Rng) -> (String, String) {
    let truth = sentence(random);
    let mut read = String::new();
    for letter in truth.chars() {
        match random.u8(0..60) {
            0 => {}
            1 => read.push(random.lowercase()),
            2 => read.extend([letter, random.lowercase()]),
            _ => read.push(letter),
        }
    }
    (truth, read)
}

/// Up to five tags.
pub(super) fn tags(random: &mut Rng) -> String {
    joined(random.usize(1..6), || format!("tag-{}", random.u32(0..2000)))
}

/// Twelve articles.
pub(super) fn articles(random: &mut Rng) -> String {
    joined(12, || format!("0{}", random.u32(108_775_000..108_775_200)))
}

/// Gestures of a video.
pub(super) fn gestures(random: &mut Rng) -> String {
    joined(20, || random.u8(1..21).to_string())
}

/// The cells of a notebook in order, and in another order.
pub(super) fn order(random: &mut Rng) -> (String, String) {
    let mut items: Vec<String> = (0..random.usize(20..60)).map(|_| format!("{:08x}", random.u32(..))).collect();
    let truth = items.join(" ");
    random.shuffle(&mut items);
    (truth, items.join(" "))
}

/// A round patch and some specks, by columns.
pub(super) fn mask(random: &mut Rng, height: i64, width: i64) -> String {
    let radius = random.i64(height / 8..height / 3);
    let (row, column) = (random.i64(radius..height - radius), random.i64(radius..width - radius));
    let mut runs = Vec::new();
    for at in column - radius..column + radius {
        let half = ((radius * radius - (at - column) * (at - column)) as f64).sqrt() as i64;
        let bottom = row + half;
        runs.push(format!("{} {}", at * height + row - half + 1, 2 * half + 1));
        let free = height - bottom - 4;
        if free > 0 && random.bool() {
            runs.push(format!("{} 1", at * height + bottom + 3 + random.i64(0..free)));
        }
    }
    runs.join(" ")
}

/// Ten cars and other objects around a place.
pub(super) fn cuboids(random: &mut Rng) -> String {
    const CLASSES: [&str; 3] = ["car", "pedestrian", "bicycle"];
    joined(random.usize(10..30), || {
        let at = |random: &mut Rng| random.f64() * 20.0;
        let (x, y, yaw) = (at(random), at(random), random.f64() * 6.0);
        let class = CLASSES[random.usize(0..CLASSES.len())];
        format!("{:.3} {x:.5} {y:.5} -18.2 1.92{} 4.7 1.7 {yaw:.6} {class}", random.f64(), random.u32(0..1000))
    })
}

/// A few boxes of two classes with their confidence.
pub(super) fn detections(random: &mut Rng) -> String {
    joined(random.usize(1..6), || {
        let class = if random.bool() { "opacity" } else { "none" };
        let (left, top) = (random.f64() * 500.0, random.f64() * 500.0);
        let (right, bottom) = (left + 100.0 + random.f64() * 200.0, top + 100.0 + random.f64() * 200.0);
        format!("{class} {:.4} {left:.3} {top:.3} {right:.3} {bottom:.3}", random.f64())
    })
}

/// Class, left, top, right, bottom.
pub(super) fn finding(random: &mut Rng) -> [i64; 5] {
    let (left, top) = (random.i64(0..1000), random.i64(0..1000));
    [random.i64(0..15), left, top, left + random.i64(50..800), top + random.i64(50..800)]
}

/// Boxes by class, confidence and corners.
pub(super) fn findings(random: &mut Rng) -> String {
    joined(random.usize(1..8), || {
        let [class, corners @ ..] = finding(random);
        format!("{class} {:.4} {}", random.f64(), corners.map(|corner| corner.to_string()).join(" "))
    })
}

/// The boxes of the characters of a page, and points that mostly lie within them.
pub(super) fn page(random: &mut Rng) -> (String, String) {
    let (mut boxes, mut points) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        let sign = char::from_u32(0x3041 + random.u32(0..60)).unwrap_or('a');
        let (left, top, size) = (random.u32(0..2000), random.u32(0..3000), random.u32(30..100));
        boxes.push(format!("U+{:04X} {left} {top} {size} {size}", u32::from(sign)));
        let (x, y) = (left + random.u32(0..100), top + random.u32(0..100));
        points.push(format!("U+{:04X} {x} {y}", u32::from(sign)));
    }
    random.shuffle(&mut points);
    (boxes.join(" "), points.join(" "))
}

/// An answer to a question.
pub(super) fn span(random: &mut Rng) -> String {
    let start = random.u32(0..30);
    match random.u8(0..5) {
        0 => String::new(),
        1 => "YES".into(),
        _ => format!("{start}:{}", start + 20),
    }
}

/// What an annotator said, as JSON.
pub(super) fn annotations(random: &mut Rng) -> String {
    let span = |random: &mut Rng| {
        let start = random.u32(0..30);
        format!("{{\"start_token\": {start}, \"candidate_index\": 3, \"end_token\": {}}}", start + 20)
    };
    let (long, short) = (span(random), span(random));
    format!(
        "[{{\"yes_no_answer\": \"NONE\", \"long_answer\": {long}, \"short_answers\": [{short}], \"annotation_id\": 13591449469826568799}}]"
    )
}
