//! Fonts for tests of the layout. They are made here, so that a layout does not depend on the fonts of the machine.

/// A font with one width for all its letters, which are empty. Widths and heights are in thousandths of its size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    pub(super) name: &'static str,
    pub(super) width: u16,
    ascent: u16,
    descent: u16,
}

/// Three that differ as the fonts of systems do. The average letter of a text in English is 0.45 to 0.55 of the size in Liberation Sans,
/// Arial or Roboto, 0.6 in Verdana and the sans of `DejaVu`; a line is 1.15 to 1.36 of it.
pub(super) const FONTS: [Font; 3] = [
    Font { name: "narrow", width: 450, ascent: 900, descent: 210 },
    Font { name: "usual", width: 550, ascent: 930, descent: 240 },
    Font { name: "wide", width: 650, ascent: 1070, descent: 290 },
];

/// The characters that have a letter: all below arrows and signs, which fonts of any system lack now and then.
const FIRST: u16 = 0x20;
const LAST: u16 = 0x20ff;

impl Font {
    /// The file, in the format of TrueType.
    pub(super) fn file(self) -> Vec<u8> {
        let Self { width, ascent, descent, .. } = self;
        let below = descent.wrapping_neg();
        let count = LAST - FIRST + 2;
        // By name, as the format wants it.
        let tables: [(&[u8; 4], Vec<u8>); 10] = [
            // Version, weight 400, width 5, … ranges, first and last character, ascent and descent of lines.
            (
                b"OS/2",
                words(&[&[4, width, 400, 5], &[0; 28], &[FIRST, LAST, ascent, below, 0, ascent, descent], &[0; 9]]),
            ),
            // One table, for all of Unicode: format 12 with one group.
            (b"cmap", words(&[&[0, 1, 3, 10, 0, 12], &[12, 0, 0, 28, 0, 0, 0, 1, 0, FIRST, 0, LAST, 0, 1]])),
            // Nothing but the sign for what is missing: a box of four points.
            (
                b"glyf",
                words(&[&[1, 0, 0, 500, 700, 3, 0, 0x0101, 0x0101, 0, 500, 0, 500u16.wrapping_neg(), 0, 0, 700, 0]]),
            ),
            // Version 1, the magic number, 1000 units, dates, the box, and short offsets.
            (
                b"head",
                words(&[&[1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0, 1000], &[0; 8], &[0, 0, 500, 700, 0, 8, 2, 0, 0]]),
            ),
            (b"hhea", words(&[&[1, 0, ascent, below, 0, width], &[0; 11], &[1]])),
            (b"hmtx", words(&[&[width, 0], &vec![0; usize::from(count) - 1]])),
            (b"loca", words(&[&[0], &vec![17; usize::from(count)]])),
            (b"maxp", words(&[&[1, 0, count, 4, 1, 0, 0, 2], &[0; 8]])),
            (b"name", words(&[&[0, 0, 6]])),
            (b"post", words(&[&[3], &[0; 15]])),
        ];
        let number = u16::try_from(tables.len()).unwrap();
        let mut file = words(&[&[1, 0, number, 128, 3, number * 16 - 128]]);
        let start = file.len() + 16 * tables.len();
        let mut content = Vec::new();
        for (tag, table) in tables {
            file.extend_from_slice(tag);
            // A checksum, which no browser looks at, the place, and the length.
            for number in [0, start + content.len(), table.len()] {
                file.extend_from_slice(&u32::try_from(number).unwrap().to_be_bytes());
            }
            content.extend_from_slice(&table);
            content.resize(content.len().next_multiple_of(4), 0);
        }
        file.append(&mut content);
        file
    }
}

/// Numbers of two bytes.
fn words(parts: &[&[u16]]) -> Vec<u8> {
    parts.concat().iter().flat_map(|word| word.to_be_bytes()).collect()
}
