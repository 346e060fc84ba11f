//! Layout of text for people, and of rows for machines. Everything from a page passes through `style` or `safe::shown`.

pub(super) mod answer;
pub(super) mod fold;
pub(super) mod rows;
pub(super) mod style;

/// A number and its noun: `1 page`, `1,204 pages`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// Digits in groups of three.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in a unit that people read.
pub(super) fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{:.0} kB", bytes as f64 / 1e3) } else { format!("{:.1} MB", bytes as f64 / 1e6) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(counted(1, "page"), "1 page");
        assert_eq!(counted(1_234_567, "page"), "1,234,567 pages");
        assert_eq!(megabytes(96_400_000), "96.4 MB");
    }
}
