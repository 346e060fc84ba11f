//! Days and spans of days, to ask for pages of some time.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::capture::date;

/// A day of the calendar; later days are greater. Written `2024-03-05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(u32);

/// A text that names neither a year, nor a month, nor a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date; write 2024, 2024-03 or 2024-03-05")]
pub struct InvalidDay(String);

/// Years that pages can be of.
const YEARS: RangeInclusive<u32> = 1000..=9999;

impl Day {
    /// The first day that pages can be of.
    pub const FIRST: Self = Self(1000 * 10_000 + 101);

    /// The first day of a year (`2024`), a month (`2024-03`) or that day itself (`2024-03-05`).
    ///
    /// # Errors
    /// [`InvalidDay`] when `text` is none of them.
    pub fn first_of(text: &str) -> Result<Self, InvalidDay> {
        let (year, month, day) = parts(text)?;
        Ok(Self::packed(year, month.unwrap_or(1), day.unwrap_or(1)))
    }

    /// The last day of a year, a month, or that day itself, written as for [`Day::first_of`].
    ///
    /// # Errors
    /// [`InvalidDay`] when `text` is none of them.
    pub fn last_of(text: &str) -> Result<Self, InvalidDay> {
        let (year, month, day) = parts(text)?;
        let month = month.unwrap_or(12);
        Ok(Self::packed(year, month, day.unwrap_or_else(|| days_in(year, month))))
    }

    /// The day so many days after the first of 1970; `None` outside of the years 1000 to 9999.
    #[must_use]
    pub fn after_1970(days: i64) -> Option<Self> {
        let (year, month, day) = date(days);
        let number = |value: i64| u32::try_from(value).ok();
        let year = number(year).filter(|year| YEARS.contains(year))?;
        Some(Self::packed(year, number(month)?, number(day)?))
    }

    /// The day as a number, `20240305`: greater for later days, never 0.
    #[must_use]
    pub fn as_number(self) -> u64 {
        u64::from(self.0)
    }

    fn packed(year: u32, month: u32, day: u32) -> Self {
        Self(year * 10_000 + month * 100 + day)
    }
}

impl FromStr for Day {
    type Err = InvalidDay;

    /// Reads a whole date.
    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        match parts(text)? {
            (year, Some(month), Some(day)) => Ok(Self::packed(year, month, day)),
            _ => Err(InvalidDay(text.to_owned())),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.0 / 10_000, self.0 / 100 % 100, self.0 % 100)
    }
}

/// Year, and month and day where they are named.
fn parts(text: &str) -> Result<(u32, Option<u32>, Option<u32>), InvalidDay> {
    let invalid = || InvalidDay(text.to_owned());
    let mut numbers = Vec::new();
    for (part, digits) in text.split('-').zip([4, 2, 2]) {
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        numbers.push(part.parse::<u32>().ok().filter(|_| is_number).ok_or_else(invalid)?);
    }
    let (year, month, day) = match (text.split('-').count(), numbers.as_slice()) {
        (1, &[year]) => (year, None, None),
        (2, &[year, month]) => (year, Some(month), None),
        (3, &[year, month, day]) => (year, Some(month), Some(day)),
        _ => return Err(invalid()),
    };
    let is_month = month.is_none_or(|month| (1..=12).contains(&month));
    let is_day = day.is_none_or(|day| (1..=days_in(year, month.unwrap_or(1))).contains(&day));
    if YEARS.contains(&year) && is_month && is_day { Ok((year, month, day)) } else { Err(invalid()) }
}

fn days_in(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A span of days, and what becomes of pages without a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its first day; none: from the beginning.
    pub since: Option<Day>,
    /// Its last day; none: to the end.
    pub until: Option<Day>,
    /// Pages of which nobody knows the date.
    pub undated: Undated,
}

/// What becomes of pages without a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Undated {
    /// They may be of that time.
    #[default]
    Kept,
    /// They are left out.
    Dropped,
}

impl Period {
    /// Whether every page is of it.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read() {
        for (text, first, last) in [
            ("2024", "2024-01-01", "2024-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("1900-02", "1900-02-01", "1900-02-28"),
            ("2024-03-05", "2024-03-05", "2024-03-05"),
        ] {
            assert_eq!(Day::first_of(text).map(|day| day.to_string()).as_deref(), Ok(first), "{text}");
            assert_eq!(Day::last_of(text).map(|day| day.to_string()).as_deref(), Ok(last), "{text}");
        }
        for text in ["", "24", "2024-3", "2024-13", "2023-02-29", "2024-03-05-06", "30d", "2024-", "+024", "0999"] {
            assert!(Day::first_of(text).is_err(), "{text}");
        }
        assert!("2024-03".parse::<Day>().is_err());
    }

    #[test]
    fn days_are_counted() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (19_782, "2024-02-29"),
            (19_783, "2024-03-01"),
            (11_016, "2000-02-29"),
            (20_089, "2025-01-01"),
        ] {
            assert_eq!(Day::after_1970(days).map(|day| day.to_string()).as_deref(), Some(expected));
        }
        assert_eq!(Day::after_1970(i64::from(i32::MAX)), None);
        assert_eq!(Day::first_of("1000"), Ok(Day::FIRST));
    }
}
