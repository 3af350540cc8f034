//! Reduces a picture to at most 256 colours, one byte per pixel.

use std::collections::BTreeMap;
use std::io::Cursor;

use anyhow::{Context as _, Result, ensure};
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter};

type Colour = [u8; 3];

/// Writes a picture again with its most frequent colours; every other pixel takes the nearest of these.
pub(crate) fn reduced(picture: &[u8]) -> Result<Vec<u8>> {
    let mut reader = Decoder::new(Cursor::new(picture)).read_info()?;
    let mut points = vec![0; reader.output_buffer_size().context("a picture without an end")?];
    let info = reader.next_frame(&mut points)?;
    ensure!(info.bit_depth == BitDepth::Eight, "not one byte a colour");
    let size = info.color_type.samples();
    ensure!(matches!(info.color_type, ColorType::Rgb | ColorType::Rgba), "not of red, green and blue");
    let points: Vec<Colour> = points.chunks_exact(size).filter_map(|point| point.first_chunk::<3>().copied()).collect();

    let mut counts: BTreeMap<Colour, usize> = BTreeMap::new();
    for point in &points {
        *counts.entry(*point).or_default() += 1;
    }
    let mut palette: Vec<Colour> = counts.keys().copied().collect();
    palette.sort_by_key(|colour| std::cmp::Reverse(counts.get(colour).copied()));
    palette.truncate(256);
    let nearest: BTreeMap<Colour, u8> =
        counts.keys().filter_map(|colour| Some((*colour, place(&palette, *colour)?))).collect();
    let indices: Vec<u8> = points.iter().filter_map(|point| nearest.get(point).copied()).collect();

    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, info.width, info.height);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(Compression::High);
    encoder.set_filter(Filter::NoFilter);
    encoder.write_header()?.write_image_data(&indices)?;
    Ok(out)
}

/// The index of the nearest colour.
fn place(palette: &[Colour], colour: Colour) -> Option<u8> {
    let distance = |other: &Colour| {
        colour.iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(*other)).pow(2)).sum::<u32>()
    };
    let (place, _) = palette.iter().enumerate().min_by_key(|(_, other)| distance(other))?;
    u8::try_from(place).ok()
}
