//! When a page was fetched, in the one spelling in which times can be compared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;
/// A number of seconds since 1970 is at least this large (1990) and at most [`LATEST_SECONDS`].
const EARLIEST_SECONDS: i64 = 631_152_000;
/// The year 2100: a larger number counts milliseconds, or is no time.
const LATEST_SECONDS: i64 = 4_102_444_800;

/// A moment in UTC, written `2024-03-01T12:30:00Z`; later moments are greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CaptureTime(String);

impl CaptureTime {
    /// Its digits as a number, `20240301123000`: greater for later moments.
    #[must_use]
    pub fn as_number(&self) -> u64 {
        let digits = self.0.bytes().filter(u8::is_ascii_digit);
        digits.fold(0, |number: u64, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    }

    /// Reads RFC 3339, the same with a space or without a zone (then UTC), fourteen digits as archives write it, a date
    /// alone, and seconds or milliseconds since 1970. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_ascii() || text.len() > 40 {
            return None;
        }
        let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
        if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && whole.len() >= 9 && text.len() != 14 {
            return since_1970(whole.parse().ok()?);
        }
        let digits: Vec<i64> = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        if text.len() == 14 && digits.len() == 1 {
            return packed(text);
        }
        let (&[year, month, day], rest) = digits.split_first_chunk()?;
        let seconds = match rest {
            [] => 0,
            [hour, minute] if text.matches(':').count() == 1 => time(*hour, *minute, 0)?,
            [hour, minute, second, ..] => time(*hour, *minute, *second)?,
            _ => return None,
        };
        let is_date_first = text.as_bytes().get(4).is_some_and(|byte| matches!(byte, b'-' | b'/' | b'.'));
        let zone = text.get(10..).filter(|_| is_date_first)?;
        Self::at(days(year, month, day)? * DAY_SECONDS + seconds - offset(zone)?)
    }

    /// The moment so many seconds after the beginning of 1970.
    fn at(seconds: i64) -> Option<Self> {
        let (year, month, day) = date(seconds.div_euclid(DAY_SECONDS));
        let rest = seconds.rem_euclid(DAY_SECONDS);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        let is_plausible = (1990..2100).contains(&year);
        is_plausible.then(|| Self(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")))
    }
}

impl fmt::Display for CaptureTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn since_1970(number: i64) -> Option<CaptureTime> {
    let seconds = if number > LATEST_SECONDS { number / 1000 } else { number };
    (EARLIEST_SECONDS..LATEST_SECONDS).contains(&seconds).then(|| CaptureTime::at(seconds)).flatten()
}

/// `20240301123000`.
fn packed(text: &str) -> Option<CaptureTime> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let day = days(number(0, 4)?, number(4, 6)?, number(6, 8)?)?;
    CaptureTime::at(day * DAY_SECONDS + time(number(8, 10)?, number(10, 12)?, number(12, 14)?)?)
}

fn time(hour: i64, minute: i64, second: i64) -> Option<i64> {
    // A leap second is the sixtieth.
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
}

/// The seconds by which the zone at the end of a time is ahead of UTC; none is UTC.
fn offset(time: &str) -> Option<i64> {
    let Some(at) = time.rfind(['+', '-']) else { return Some(0) };
    let digits: String = time.get(at + 1..)?.chars().filter(char::is_ascii_digit).collect();
    let number = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |part| part.parse::<i64>().ok());
    let seconds = number(0, 2)? * 3600 + number(2, 4)? * 60;
    Some(if time.get(at..).is_some_and(|zone| zone.starts_with('-')) { -seconds } else { seconds })
}

/// Days from the beginning of 1970 to a date of the Gregorian calendar (Hinnant, `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1900..3000).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// The date so many days after the beginning of 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_spelling_are_one_moment() {
        for (text, expected) in [
            ("2024-03-01T12:30:05Z", Some("2024-03-01T12:30:05Z")),
            ("2024-03-01T12:30:05.123456Z", Some("2024-03-01T12:30:05Z")),
            ("2024-03-01T20:30:05+08:00", Some("2024-03-01T12:30:05Z")),
            ("2024-03-01T07:30:05.5-0500", Some("2024-03-01T12:30:05Z")),
            ("2024-03-01T20:30:05+08", Some("2024-03-01T12:30:05Z")),
            ("2024-03-01 12:30:05", Some("2024-03-01T12:30:05Z")),
            ("2024/03/01 12:30", Some("2024-03-01T12:30:00Z")),
            ("20240301123005", Some("2024-03-01T12:30:05Z")),
            ("2024-02-29", Some("2024-02-29T00:00:00Z")),
            ("1709296205", Some("2024-03-01T12:30:05Z")),
            ("1709296205.25", Some("2024-03-01T12:30:05Z")),
            ("1709296205123", Some("2024-03-01T12:30:05Z")),
            ("2000-01-01T00:00:00+14:00", Some("1999-12-31T10:00:00Z")),
            ("2024-13-01", None),
            ("2024-03-01T25:00:00Z", None),
            ("20241301123005", None),
            ("yesterday", None),
            ("7", None),
            ("99999999999999999999999", None),
            ("01.03.2024 12:00:00", None),
            ("二〇二四", None),
            ("", None),
        ] {
            assert_eq!(CaptureTime::parse(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        for number in (7_300..47_000).step_by(13) {
            let (year, month, day) = date(number);
            assert_eq!(days(year, month, day), Some(number), "{year}-{month}-{day}");
        }
    }
}
