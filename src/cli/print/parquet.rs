//! Pages with all their text as Parquet: columns of the names and the nesting of the keys of rows, for data frames.
//!
//! Rows are taken apart as the format wants it (Melnik and others 2010, "Dremel", section 4): a column holds the values of one
//! leaf, each with how much of its path is there (definition) and which list around it goes on (repetition).

use std::io::{self, Stdout};
use std::sync::Arc;

use parquet::basic::{Compression, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::Type;
use serde::Serialize;
use serde_json::Value;

use super::table::PageTable;

/// Rows that are held until they are written: some 20 MB of articles.
const ROWS_AT_ONCE: usize = 4096;

const HIT: &str = "required int32 rank; optional binary qid (UTF8); required float score;";
const PAGE: &str = "required int32 v; required binary id (UTF8); required binary path (UTF8); optional int64 record;
    optional binary key (UTF8); optional binary url (UTF8); required binary title (UTF8); optional binary lang (UTF8);
    optional binary date (UTF8); optional binary verdict (UTF8);";
const STATE: &str = "required binary status (UTF8); optional binary duplicate_of (UTF8);
    optional binary template_group (UTF8);";
const CITY: &str = "required group element {
    required binary name (UTF8); required binary hanzi (UTF8); required binary adcode (UTF8); }";
const TEXT: &str = "required binary element (UTF8);";
const SENTENCE: &str = "required int32 section; required int32 start; required int32 end; required binary text (UTF8);";
const REMOVED: &str = "required group element {
    required binary reason (UTF8); required binary rule (UTF8); required binary text (UTF8); }";

/// Writes rows to standard output.
pub(in crate::cli) struct ParquetTable {
    writer: SerializedFileWriter<Stdout>,
    schema: Arc<Type>,
    columns: Vec<Column>,
    rows: usize,
}

impl ParquetTable {
    /// A table without rows.
    pub(in crate::cli) fn new(table: PageTable) -> io::Result<Self> {
        let schema = Arc::new(parse_message_type(&message(table)).map_err(into_io)?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer =
            SerializedFileWriter::new(io::stdout(), Arc::clone(&schema), Arc::new(properties)).map_err(into_io)?;
        let columns = columns_of(&schema);
        Ok(Self { writer, schema, columns, rows: 0 })
    }

    /// Adds a row: an object with the keys of the table.
    pub(in crate::cli) fn row(&mut self, row: &impl Serialize) -> io::Result<()> {
        let row = serde_json::to_value(row)?;
        add_content(&mut self.columns, &self.schema, &row, Place::default())?;
        self.rows += 1;
        if self.rows == ROWS_AT_ONCE { self.write_out() } else { Ok(()) }
    }

    /// Ends the table.
    pub(in crate::cli) fn finish(mut self) -> io::Result<()> {
        self.write_out()?;
        self.writer.close().map(|_| ()).map_err(into_io)
    }

    fn write_out(&mut self) -> io::Result<()> {
        let columns = std::mem::replace(&mut self.columns, columns_of(&self.schema));
        self.rows = 0;
        let mut write = || -> Result<(), ParquetError> {
            let mut group = self.writer.next_row_group()?;
            for column in &columns {
                let Some(mut writer) = group.next_column()? else { break };
                column.write(writer.untyped())?;
                writer.close()?;
            }
            group.close().map(|_| ())
        };
        write().map_err(into_io)
    }
}

fn message(PageTable { has_hits, has_removed }: PageTable) -> String {
    let list =
        |name: &str, element: &str| format!("required group {name} (LIST) {{ repeated group list {{ {element} }} }}");
    let mut columns = vec![];
    columns.extend(has_hits.then(|| HIT.to_owned()));
    columns.extend([PAGE.to_owned(), list("city", CITY), list("city_alternatives", CITY)]);
    columns.extend(["clinic", "topics", "flags"].map(|name| list(name, TEXT)));
    columns.push(STATE.to_owned());
    if has_hits {
        let spans = list("hits", &list("element", "required int32 element;"));
        let passage = format!("required group element {{ {SENTENCE} {spans} }}");
        let addresses = list("addresses", TEXT);
        columns.extend([
            format!("optional group answer {{ {SENTENCE} }}"),
            list("passages", &passage),
            list("missing", TEXT),
            format!("optional group group {{ required binary by (UTF8); required binary key (UTF8); required int64 size; {addresses} }}"),
        ]);
    }
    columns.push(list("text", TEXT));
    columns.extend(has_removed.then(|| list("removed", REMOVED)));
    format!("message page {{ {} }}", columns.join(" "))
}

/// The values of a leaf that are not written yet.
struct Column {
    values: Values,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

enum Values {
    Texts(Vec<ByteArray>),
    Ints(Vec<i32>),
    Longs(Vec<i64>),
    Floats(Vec<f32>),
}

impl Column {
    fn of(leaf: &Type) -> Self {
        let values = match leaf.get_physical_type() {
            Physical::INT32 => Values::Ints(vec![]),
            Physical::INT64 => Values::Longs(vec![]),
            Physical::FLOAT => Values::Floats(vec![]),
            _ => Values::Texts(vec![]),
        };
        Self { values, definitions: vec![], repetitions: vec![] }
    }

    fn mark(&mut self, place: Place) {
        self.definitions.push(place.definition);
        self.repetitions.push(place.repetition);
    }

    /// Adds a value; `None` where it is of another type.
    fn push(&mut self, value: &Value, place: Place) -> Option<()> {
        match &mut self.values {
            Values::Texts(values) => values.push(ByteArray::from(value.as_str()?)),
            Values::Ints(values) => values.push(i32::try_from(value.as_i64()?).ok()?),
            Values::Longs(values) => values.push(value.as_i64()?),
            #[expect(clippy::cast_possible_truncation, reason = "it was an f32 before it was JSON")]
            Values::Floats(values) => values.push(value.as_f64()? as f32),
        }
        self.mark(place);
        Some(())
    }

    fn write(&self, writer: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        let (definitions, repetitions) = (Some(self.definitions.as_slice()), Some(self.repetitions.as_slice()));
        let written = match (&self.values, writer) {
            (Values::Texts(values), ColumnWriter::ByteArrayColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)
            }
            (Values::Ints(values), ColumnWriter::Int32ColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)
            }
            (Values::Longs(values), ColumnWriter::Int64ColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)
            }
            (Values::Floats(values), ColumnWriter::FloatColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)
            }
            _ => Err(ParquetError::General("a column of another type".to_owned())),
        };
        written.map(|_| ())
    }
}

/// Where a value stands: how many steps of its path that may be missing are there, at which list it goes on, and how many
/// lists are around it.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    definition: i16,
    repetition: i16,
    lists: i16,
}

/// Adds what is at `kind`, whose leaves are `columns`, to them.
fn add(columns: &mut [Column], kind: &Type, value: &Value, place: Place) -> io::Result<()> {
    let there = Place { definition: place.definition + 1, ..place };
    match kind.get_basic_info().repetition() {
        Repetition::OPTIONAL if value.is_null() => mark_missing(columns, place),
        Repetition::OPTIONAL => return add_content(columns, kind, value, there),
        Repetition::REPEATED => {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            if items.is_empty() {
                mark_missing(columns, place);
            }
            let lists = place.lists + 1;
            for (item, repetition) in
                items.iter().zip(std::iter::once(place.repetition).chain(std::iter::repeat(lists)))
            {
                add_content(columns, kind, item, Place { repetition, lists, ..there })?;
            }
        }
        Repetition::REQUIRED => return add_content(columns, kind, value, place),
    }
    Ok(())
}

fn add_content(mut columns: &mut [Column], kind: &Type, value: &Value, place: Place) -> io::Result<()> {
    if kind.is_primitive() {
        let pushed = columns.first_mut().and_then(|column| column.push(value, place));
        return pushed.ok_or_else(|| io::Error::other(format!("a row without `{}`", kind.name())));
    }
    for child in kind.get_fields() {
        let (own, rest) = columns.split_at_mut_checked(leaves(child)).unwrap_or_default();
        // The two steps by which the format writes lists are no keys of rows.
        let is_list_step = matches!(child.name(), "list" | "element");
        let of_child = if is_list_step { value } else { value.get(child.name()).unwrap_or(&Value::Null) };
        add(own, child, of_child, place)?;
        columns = rest;
    }
    Ok(())
}

fn mark_missing(columns: &mut [Column], place: Place) {
    for column in columns {
        column.mark(place);
    }
}

fn leaves(kind: &Type) -> usize {
    if kind.is_primitive() { 1 } else { kind.get_fields().iter().map(|child| leaves(child)).sum() }
}

fn columns_of(kind: &Type) -> Vec<Column> {
    if kind.is_primitive() {
        return vec![Column::of(kind)];
    }
    kind.get_fields().iter().flat_map(|child| columns_of(child)).collect()
}

/// The error of the output, where it is one, so that a reader that went away is known.
fn into_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => source.downcast::<io::Error>().map_or_else(io::Error::other, |error| *error),
        other => io::Error::other(other),
    }
}
