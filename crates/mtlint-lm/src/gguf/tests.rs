use super::*;
use half::{bf16, f16};
use proptest::prelude::*;

/// A file with one text entry and one tensor of 2 × 32 numbers.
fn small_file(code: u32, data: &[u8]) -> Vec<u8> {
    let mut file = b"GGUF".to_vec();
    file.extend(3u32.to_le_bytes());
    file.extend(1u64.to_le_bytes());
    file.extend(1u64.to_le_bytes());
    let text = |file: &mut Vec<u8>, text: &str| {
        file.extend((text.len() as u64).to_le_bytes());
        file.extend(text.as_bytes());
    };
    text(&mut file, "general.architecture");
    file.extend(8u32.to_le_bytes());
    text(&mut file, "llama");
    text(&mut file, "t");
    file.extend(2u32.to_le_bytes());
    file.extend(32u64.to_le_bytes());
    file.extend(2u64.to_le_bytes());
    file.extend(code.to_le_bytes());
    file.extend(0u64.to_le_bytes());
    file.resize(file.len().next_multiple_of(32), 0);
    file.extend(data);
    file
}

fn decoded(code: u32, data: &[u8]) -> Vec<f32> {
    let file = small_file(code, data);
    let header = Header::parse(&file).unwrap();
    let mut out = Vec::new();
    decode_rows(&file, &header.tensors["t"], 0, 2, &mut out).unwrap();
    for (first, count) in [(1, 2), (2, 1), (usize::MAX, 2), (0, usize::MAX)] {
        let beyond = decode_rows(&file, &header.tensors["t"], first, count, &mut Vec::new());
        assert_eq!(beyond.unwrap_err(), "rows outside the tensor");
    }
    out
}

#[test]
fn reads_metadata_and_every_storage_type() {
    let half = |value: f32| f16::from_f32(value).to_le_bytes();
    let file = small_file(0, &[0; 256]);
    let header = Header::parse(&file).unwrap();
    assert_eq!(header.text("general.architecture"), Some("llama"));

    let ramp: Vec<f32> = (0..64).map(|i| i as f32 / 4.0).collect();
    let bytes: Vec<u8> = ramp.iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(decoded(0, &bytes), ramp);
    let bytes: Vec<u8> = ramp.iter().flat_map(|&x| half(x)).collect();
    assert_eq!(decoded(1, &bytes), ramp);
    let bytes: Vec<u8> = ramp
        .iter()
        .flat_map(|&x| bf16::from_f32(x).to_le_bytes())
        .collect();
    assert_eq!(decoded(30, &bytes), ramp);

    let mut block = half(0.5).to_vec();
    block.extend((0..32).map(|i| (i - 16) as i8 as u8));
    let expected: Vec<f32> = (0..32).map(|i| 0.5 * (i - 16) as f32).collect();
    assert_eq!(decoded(8, &[&block[..], &block].concat())[32..], expected);

    // Nibbles: the low ones are the first half of the block.
    let nibbles: Vec<u8> = (0..16).map(|i| i | ((15 - i) << 4)).collect();
    let order: Vec<f32> = (0..16).chain((0..16).rev()).map(|i| i as f32).collect();
    let block = [&half(2.0)[..], &nibbles].concat();
    let expected: Vec<f32> = order.iter().map(|q| 2.0 * (q - 8.0)).collect();
    assert_eq!(decoded(2, &[&block[..], &block].concat())[..32], expected);
    let block = [&half(2.0)[..], &half(-3.0), &nibbles].concat();
    let expected: Vec<f32> = order.iter().map(|q| 2.0 * q - 3.0).collect();
    assert_eq!(decoded(3, &[&block[..], &block].concat())[32..], expected);
}

#[test]
fn a_cut_file_is_told_apart_from_a_foreign_one() {
    let file = small_file(0, &[0; 256]);
    let cut = Header::parse(&file[..file.len() - 1]).unwrap_err();
    assert!(cut.to_string().contains("cut off"), "{cut}");
    let foreign = Header::parse(b"PK\x03\x04 not a model at all").unwrap_err();
    assert!(
        foreign.to_string().contains("expected \"GGUF\""),
        "{foreign}"
    );
    assert!(Header::parse(b"").is_err());
}

#[test]
fn an_unknown_storage_type_is_named_when_asked_for() {
    let file = small_file(12, &[]);
    let header = Header::parse(&file).unwrap();
    let error = decode_rows(&file, &header.tensors["t"], 0, 1, &mut Vec::new()).unwrap_err();
    assert!(error.contains("Q4_K"), "{error}");
}

#[test]
fn huge_counts_are_refused_before_anything_is_allocated() {
    let mut file = b"GGUF".to_vec();
    file.extend(3u32.to_le_bytes());
    file.extend(u64::MAX.to_le_bytes());
    file.extend(0u64.to_le_bytes());
    assert!(
        Header::parse(&file)
            .unwrap_err()
            .to_string()
            .contains("expected at most")
    );
}

proptest! {
    #[test]
    fn never_panics_on_damaged_files(
        at in 0usize..200, byte in any::<u8>(), cut in 0usize..400,
    ) {
        let mut file = small_file(3, &[7; 40]);
        if let Some(slot) = file.get_mut(at) {
            *slot = byte;
        }
        file.truncate(cut);
        if let Ok(header) = Header::parse(&file) {
            for info in header.tensors.values() {
                let mut out = Vec::new();
                let _ = decode_rows(&file, info, 0, info.rows.min(4), &mut out);
            }
        }
    }

    #[test]
    fn never_panics_on_noise(noise in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        file.extend(noise);
        let _ = Header::parse(&file);
    }
}
