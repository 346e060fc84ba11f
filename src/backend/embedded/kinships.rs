//! Which pages are alike: a file of rows, by id, only for pages that have kin. So many bytes in memory, too. Beside it a
//! file that says by whom that was decided: of each key its number, how many lead there, and who.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{IndexView, payload};

use crate::model::document::DocumentId;
use crate::model::likeness::{Kinship, Leaders, LikenessKey};

/// Bytes of a row.
const ROW_BYTES: usize = 24;
/// Families that are looked for in all rows: to put the rows in order costs as much as some dozen looks.
const MANY_LOOKS: usize = 24;

/// Which pages are alike.
#[derive(Debug, Default)]
pub struct Kinships {
    rows: Vec<Kinship>,
    /// How often families were looked for.
    looks: AtomicUsize,
    groups: OnceLock<Groups>,
}

impl Kinships {
    /// All rows, by id.
    #[must_use]
    pub fn rows(&self) -> &[Kinship] {
        &self.rows
    }

    /// What is known of a page; nothing, when it has no kin.
    #[must_use]
    pub fn of(&self, id: DocumentId) -> Option<Kinship> {
        let at = self.rows.binary_search_by_key(&id.as_u64(), |row| row.id).ok()?;
        self.rows.get(at).copied()
    }

    /// The pages with the article that `head` stands for, itself among them.
    #[must_use]
    pub fn copies_of(&self, head: DocumentId) -> Vec<DocumentId> {
        let copies = self.rows.iter().filter(|row| row.head == head.as_u64());
        copies.map(|row| DocumentId::from_u64(row.id)).collect()
    }

    /// The pages of a template, [`Kinship::template`].
    #[must_use]
    pub fn of_template(&self, template: u64) -> Vec<DocumentId> {
        let pages = self.rows.iter().filter(|row| row.template == template && template != 0);
        pages.map(|row| DocumentId::from_u64(row.id)).collect()
    }

    /// The families of some pages: found in one look at all rows, or where that was done often, in the order of heads.
    #[must_use]
    pub fn families(&self, pages: impl IntoIterator<Item = DocumentId>) -> Families {
        let asked = pages.into_iter().filter_map(|id| self.of(id));
        if self.looks.fetch_add(1, Ordering::Relaxed) < MANY_LOOKS {
            return self.families_by_look(asked);
        }
        let groups = self.groups.get_or_init(|| Groups::of(&self.rows));
        let mut families = Families::default();
        for row in asked {
            families.copies.entry(row.head).or_insert_with(|| groups.copies(&self.rows, row.head));
            if let Some(size) = groups.templates.get(&row.template) {
                families.templates.insert(row.template, *size);
            }
        }
        families
    }

    fn families_by_look(&self, asked: impl Iterator<Item = Kinship>) -> Families {
        let mut families = Families::default();
        let mut seen = 0;
        for row in asked {
            families.copies.entry(row.head).or_default();
            seen |= bit(row.head);
            if row.template != 0 {
                families.templates.entry(row.template).or_default();
                seen |= bit(row.template);
            }
        }
        // Nearly all rows are told by a bit that they are of none.
        for row in self.rows.iter().filter(|row| seen & (bit(row.head) | bit(row.template)) != 0) {
            if let Some(copies) = families.copies.get_mut(&row.head) {
                copies.push(DocumentId::from_u64(row.id));
            }
            if let Some(size) = families.templates.get_mut(&row.template) {
                *size += 1;
            }
        }
        families
    }

    pub(super) fn parse(bytes: &[u8]) -> io::Result<Self> {
        let (rows, rest) = bytes.as_chunks::<ROW_BYTES>();
        let row = |bytes: &[u8; ROW_BYTES]| {
            let mut numbers = bytes.as_chunks::<8>().0.iter().map(|number| u64::from_le_bytes(*number));
            let (id, head, template) = (numbers.next()?, numbers.next()?, numbers.next()?);
            Some(Kinship { id, head, template })
        };
        let rows: Vec<Kinship> = rows.iter().filter_map(row).collect();
        if !rest.is_empty() || !rows.is_sorted_by(|left, right| left.id < right.id) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the rows are not in order"));
        }
        Ok(Self { rows, ..Self::default() })
    }
}

/// All rows, put together by what they share.
#[derive(Debug)]
struct Groups {
    /// Places of the rows, by head, then by id.
    by_head: Vec<u32>,
    /// Pages of each template.
    templates: HashMap<u64, usize>,
}

impl Groups {
    fn of(rows: &[Kinship]) -> Self {
        let mut by_head: Vec<u32> = (0..).take(rows.len()).collect();
        by_head.sort_by_key(|&at| head_at(rows, at));
        let mut templates: HashMap<u64, usize> = HashMap::new();
        for row in rows.iter().filter(|row| row.template != 0) {
            *templates.entry(row.template).or_default() += 1;
        }
        Self { by_head, templates }
    }

    fn copies(&self, rows: &[Kinship], head: u64) -> Vec<DocumentId> {
        let from = self.by_head.partition_point(|&at| head_at(rows, at) < Some(head));
        let places = self.by_head.get(from..).unwrap_or_default().iter();
        let copies = places.take_while(|&&at| head_at(rows, at) == Some(head));
        copies.filter_map(|&at| Some(DocumentId::from_u64(rows.get(at as usize)?.id))).collect()
    }
}

fn head_at(rows: &[Kinship], at: u32) -> Option<u64> {
    rows.get(at as usize).map(|row| row.head)
}

/// The pages that are kin of some pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Families {
    copies: HashMap<u64, Vec<DocumentId>>,
    templates: HashMap<u64, usize>,
}

impl Families {
    /// The pages with the article of a page, itself among them; none, of a page that was not asked for.
    #[must_use]
    pub fn copies(&self, kinship: &Kinship) -> &[DocumentId] {
        self.copies.get(&kinship.head).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many pages are of the template of a page.
    #[must_use]
    pub fn template_size(&self, kinship: &Kinship) -> usize {
        self.templates.get(&kinship.template).copied().unwrap_or(0)
    }
}

/// One of 64, by the number.
fn bit(number: u64) -> u64 {
    1 << (number & 63)
}

/// The file that was read last: a search goes on with it when another generation has taken the place of this one.
#[derive(Default)]
pub(super) struct KinshipsInUse(Mutex<(Option<String>, Arc<Kinships>)>);

impl KinshipsInUse {
    /// What a commit names; nothing where it names none.
    pub(super) fn read(&self, data: &Path, name: Option<&String>) -> io::Result<Arc<Kinships>> {
        // What is held is whole at any time.
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.0.as_ref() != name {
            *held = (name.cloned(), Arc::new(Kinships::parse(&payload::read(data, name)?)?));
        }
        Ok(Arc::clone(&held.1))
    }

    /// What is held, to be held elsewhere, too: it need not be read once more.
    pub(super) fn again(&self) -> Self {
        Self(Mutex::new(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }

    fn held(&self) -> Arc<Kinships> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner).1)
    }
}

impl IndexView<'_> {
    /// Which pages are alike, as far as it was known when the index was opened or reloaded.
    #[must_use]
    pub fn kinships(&self) -> Arc<Kinships> {
        self.index.kinships.held()
    }
}

pub(super) fn to_bytes(rows: &[Kinship]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rows.len() * ROW_BYTES);
    for row in rows {
        for number in [row.id, row.head, row.template] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    bytes
}

pub(super) fn leaders_to_bytes(leaders: &Leaders) -> Vec<u8> {
    let row = |(key, ids): (LikenessKey, &[u64])| [&[key.0, ids.len() as u64], ids].concat();
    leaders.iter().flat_map(row).flat_map(u64::to_le_bytes).collect()
}

/// Nothing, where it is not what was written.
pub(super) fn parse_leaders(bytes: &[u8]) -> Option<Leaders> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    let numbers: Vec<u64> = numbers.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
    let (mut leaders, mut left) = (Leaders::default(), numbers.as_slice());
    while let [key, count, after @ ..] = left {
        let (ids, others) = after.split_at_checked(usize::try_from(*count).ok()?)?;
        leaders.set(LikenessKey(*key), ids.to_vec());
        left = others;
    }
    (rest.is_empty() && left.is_empty()).then_some(leaders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_they_are_written_and_damage_is_seen() {
        let rows = vec![Kinship { id: 3, head: 9, template: 0 }, Kinship { id: 9, head: 9, template: 3 }];
        let bytes = to_bytes(&rows);
        let kinships = Kinships::parse(&bytes).unwrap();
        assert_eq!(kinships.rows(), rows);
        assert_eq!(kinships.of(DocumentId::from_u64(9)), Some(rows[1]));
        assert_eq!(kinships.of(DocumentId::from_u64(4)), None);
        assert!(Kinships::parse(&bytes[1..]).is_err());
        let turned: Vec<Kinship> = rows.into_iter().rev().collect();
        assert!(Kinships::parse(&to_bytes(&turned)).is_err());
    }

    #[test]
    fn families_of_pages() {
        let row = |(id, head, template)| Kinship { id, head, template };
        let rows: Vec<Kinship> = [(1, 1, 1), (2, 1, 1), (3, 3, 1), (9, 66, 0), (66, 66, 0)].map(row).to_vec();
        let kinships = Kinships::parse(&to_bytes(&rows)).unwrap();
        let families = kinships.families([2, 66, 70].map(DocumentId::from_u64));
        let copies = |at: usize| families.copies(&rows[at]).iter().map(|id| id.as_u64()).collect::<Vec<_>>();
        assert_eq!((copies(0), copies(2), copies(3)), (vec![1, 2], vec![], vec![9, 66]));
        assert_eq!((families.template_size(&rows[2]), families.template_size(&rows[3])), (3, 0));
        for _ in 0..=MANY_LOOKS {
            assert_eq!(kinships.families([2, 66, 70].map(DocumentId::from_u64)), families, "however they are found");
        }
    }

    #[test]
    fn leaders_are_read_as_they_are_written_and_damage_is_seen() {
        let mut leaders = Leaders::default();
        leaders.set(LikenessKey(7), vec![3, 9]);
        leaders.set(LikenessKey(5), vec![1]);
        let bytes = leaders_to_bytes(&leaders);
        assert_eq!(parse_leaders(&bytes), Some(leaders));
        assert_eq!(parse_leaders(&[]), Some(Leaders::default()));
        for end in [1, 8, 16, bytes.len() - 8] {
            assert_eq!(parse_leaders(&bytes[..end]), None, "{end}");
        }
    }
}
