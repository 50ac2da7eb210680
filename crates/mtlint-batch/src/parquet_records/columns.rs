//! The columns of a Parquet file that make a record, read cell by cell.
//!
//! In: a schema, then groups of rows. Out: the cells of one row after another.
//! It knows no records.

use std::fs::File;
use std::io;
use std::sync::Arc;

use parquet::basic::{LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use super::column_file::ColumnFile;

/// The Julian day number of 1 January 1970.
const EPOCH: i64 = 2_440_588;

/// Which of the file's leaves hold what.
#[derive(Debug, Clone, Default)]
pub(super) struct TableColumns {
    id: Option<Leaf>,
    text: Leaf,
    date: Option<Leaf>,
    sibling: Option<Leaf>,
    siblings: Option<Leaf>,
    sibling_ids: Option<Leaf>,
}

/// A leaf of the schema: its number, and by which levels its cells are told apart.
#[derive(Debug, Clone, Copy, Default)]
struct Leaf {
    number: usize,
    defined: i16,
    meaning: Meaning,
}

#[derive(Debug, Clone, Copy, Default)]
enum Meaning {
    #[default]
    Itself,
    /// So many of its unit make a day, counted from 1970.
    Days(i64),
}

/// One cell that is not null.
#[derive(Debug)]
pub(super) enum Cell {
    /// A text, or so the column says.
    Bytes(ByteArray),
    /// A number.
    Whole(i64),
    /// A date, as a Julian day number.
    Day(i32),
}

/// The cells of one row.
#[derive(Debug)]
pub(super) struct Row {
    pub id: Option<Cell>,
    pub text: Option<Cell>,
    pub date: Option<Cell>,
    /// Ids, where they have any, and texts.
    pub siblings: Vec<(Option<Cell>, Cell)>,
}

impl Row {
    /// The number of bytes in the row's texts and ids.
    pub(super) fn bytes(&self) -> u64 {
        let listed = self.siblings.iter();
        let listed = listed.flat_map(|(id, text)| id.iter().chain(std::iter::once(text)));
        let cells = [&self.id, &self.text, &self.date].into_iter().flatten();
        cells.chain(listed).map(Cell::bytes).sum()
    }
}

impl Cell {
    fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Whole(_) | Self::Day(_) => 0,
        }
    }
}

impl TableColumns {
    /// Finds the columns by their names.
    ///
    /// # Errors
    /// When there is no column of texts, or one of these names holds something else.
    pub(super) fn find(schema: &SchemaDescriptor) -> io::Result<Self> {
        let mut found = Self::default();
        let mut has_text = false;
        let mut siblings = Vec::new();
        for (number, column) in schema.columns().iter().enumerate() {
            let path = column.path().parts();
            let Some(name) = path.first() else { continue };
            let flat = path.len() == 1 && column.max_rep_level() == 0;
            let leaf = Leaf {
                number,
                defined: column.max_def_level(),
                meaning: meaning(column),
            };
            match name.as_str() {
                "text" if flat && is_text(column) => {
                    found.text = leaf;
                    has_text = true;
                }
                "sibling" if flat && is_text(column) => found.sibling = Some(leaf),
                "id" if flat && (is_text(column) || is_whole(column)) => found.id = Some(leaf),
                "date" => {
                    let days = matches!(leaf.meaning, Meaning::Days(_));
                    let dated = days || is_text(column) || is_whole(column);
                    found.date = Some(leaf).filter(|_| flat && dated);
                }
                "siblings" => siblings.push((column, leaf)),
                "text" | "sibling" | "id" => return Err(unfit(column)),
                _ => {}
            }
        }
        if !has_text {
            return Err(invalid(
                "it has no column 'text'; its columns must be called text and, if there are any, \
                 id, date, sibling and siblings"
                    .to_owned(),
            ));
        }
        // Lists nest their elements by various names; the cells of a group keep theirs.
        let alone = siblings.len() == 1;
        for (column, leaf) in siblings {
            let listed = column.max_rep_level() == 1 && is_text(column);
            match column.name() {
                name if listed && (alone || name == "text") => found.siblings = Some(leaf),
                "id" if listed => found.sibling_ids = Some(leaf),
                "id" | "text" => return Err(unfit(column)),
                _ if alone => return Err(unfit(column)),
                _ => {}
            }
        }
        Ok(found)
    }
}

fn unfit(column: &ColumnDescriptor) -> io::Error {
    invalid(format!(
        "its column '{}' holds {}; text and sibling must be texts, id a text or a whole number, \
         siblings a list of texts or of groups of id and text",
        column.path().string(),
        column.physical_type()
    ))
}

fn invalid(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

fn is_text(column: &ColumnDescriptor) -> bool {
    column.physical_type() == Physical::BYTE_ARRAY
}

fn is_whole(column: &ColumnDescriptor) -> bool {
    let whole = matches!(column.physical_type(), Physical::INT32 | Physical::INT64);
    whole
        && matches!(
            column.logical_type_ref(),
            None | Some(LogicalType::Integer(_))
        )
}

fn meaning(column: &ColumnDescriptor) -> Meaning {
    match (column.physical_type(), column.logical_type_ref()) {
        (Physical::INT32, Some(LogicalType::Date)) => Meaning::Days(1),
        (Physical::INT64, Some(LogicalType::Timestamp(timestamp))) => Meaning::Days(
            86_400_000
                * match timestamp.unit {
                    TimeUnit::MILLIS => 1,
                    TimeUnit::MICROS => 1_000,
                    TimeUnit::NANOS => 1_000_000,
                },
        ),
        _ => Meaning::Itself,
    }
}

/// A group of rows in reading.
pub(super) struct RowGroup {
    rows_left: u64,
    id: Option<Cells>,
    text: Cells,
    date: Option<Cells>,
    sibling: Option<Cells>,
    siblings: Option<Cells>,
    sibling_ids: Option<Cells>,
}

impl RowGroup {
    /// Opens the columns that are wanted.
    pub(super) fn open(
        file: &Arc<File>,
        group: &RowGroupMetaData,
        columns: &TableColumns,
    ) -> Result<Self, ParquetError> {
        let open = |leaf: Option<Leaf>| leaf.map(|leaf| Cells::open(file, group, leaf)).transpose();
        Ok(Self {
            rows_left: u64::try_from(group.num_rows()).unwrap_or(0),
            id: open(columns.id)?,
            text: Cells::open(file, group, columns.text)?,
            date: open(columns.date)?,
            sibling: open(columns.sibling)?,
            siblings: open(columns.siblings)?,
            sibling_ids: open(columns.sibling_ids)?,
        })
    }

    /// The next row; none after the last.
    pub(super) fn next_row(&mut self) -> Result<Option<Row>, ParquetError> {
        if self.rows_left == 0 {
            return Ok(None);
        }
        self.rows_left -= 1;
        let one = |cells: &mut Option<Cells>| match cells {
            Some(cells) => Ok(cells.next()?.pop().flatten()),
            None => Ok::<_, ParquetError>(None),
        };
        let sibling = one(&mut self.sibling)?.map(|text| (None, text));
        let texts = self.siblings.as_mut().map_or(Ok(Vec::new()), Cells::next)?;
        let names = self
            .sibling_ids
            .as_mut()
            .map_or(Ok(Vec::new()), Cells::next)?;
        let names = names.into_iter().chain(std::iter::repeat_with(|| None));
        let listed = names
            .zip(texts)
            .filter_map(|(name, text)| text.map(|text| (name, text)));
        Ok(Some(Row {
            id: one(&mut self.id)?,
            text: self.text.next()?.pop().flatten(),
            date: one(&mut self.date)?,
            siblings: sibling.into_iter().chain(listed).collect(),
        }))
    }
}

/// The cells of one leaf, row after row.
struct Cells {
    file: Arc<ColumnFile>,
    reader: TypedReader,
    leaf: Leaf,
}

enum TypedReader {
    Bytes(ColumnReaderImpl<ByteArrayType>),
    Int32(ColumnReaderImpl<Int32Type>),
    Int64(ColumnReaderImpl<Int64Type>),
}

impl Cells {
    fn open(file: &Arc<File>, group: &RowGroupMetaData, leaf: Leaf) -> Result<Self, ParquetError> {
        let column = group.column(leaf.number);
        let file = Arc::new(ColumnFile::new(Arc::clone(file), column.compression()));
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        let pages = SerializedPageReader::new(Arc::clone(&file), column, rows, None)?;
        let reader = match get_column_reader(column.column_descr_ptr(), Box::new(pages)) {
            ColumnReader::ByteArrayColumnReader(reader) => TypedReader::Bytes(reader),
            ColumnReader::Int32ColumnReader(reader) => TypedReader::Int32(reader),
            ColumnReader::Int64ColumnReader(reader) => TypedReader::Int64(reader),
            _ => {
                return Err(ParquetError::General(
                    "a column changes its type".to_owned(),
                ));
            }
        };
        Ok(Self { file, reader, leaf })
    }

    /// The cells of the next row: one of a flat column, as many as a list has.
    fn next(&mut self) -> Result<Vec<Option<Cell>>, ParquetError> {
        let defined = self.leaf.defined;
        self.file.begin_row();
        match &mut self.reader {
            TypedReader::Bytes(reader) => next_cells(reader, defined, Cell::Bytes),
            TypedReader::Int32(reader) => {
                let meaning = self.leaf.meaning;
                next_cells(reader, defined, |number| meaning.cell(number.into()))
            }
            TypedReader::Int64(reader) => {
                let meaning = self.leaf.meaning;
                next_cells(reader, defined, |number| meaning.cell(number))
            }
        }
    }
}

impl Meaning {
    fn cell(self, number: i64) -> Cell {
        let day = match self {
            Self::Itself => None,
            Self::Days(a_day) => i32::try_from(number.div_euclid(a_day) + EPOCH).ok(),
        };
        day.map_or(Cell::Whole(number), Cell::Day)
    }
}

fn next_cells<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    defined: i16,
    cell: impl Fn(T::T) -> Cell,
) -> Result<Vec<Option<Cell>>, ParquetError> {
    let (mut levels, mut repeated, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let (rows, _, cells) =
        reader.read_records(1, Some(&mut levels), Some(&mut repeated), &mut values)?;
    if rows != 1 {
        return Err(ParquetError::EOF("a column ends too early".to_owned()));
    }
    if defined == 0 {
        // A column that has no nulls has no levels.
        levels.resize(cells, 0);
    }
    let mut values = values.into_iter();
    let cells = levels.into_iter().map(|level| {
        (level == defined)
            .then(|| values.next())
            .flatten()
            .map(&cell)
    });
    Ok(cells.collect())
}
