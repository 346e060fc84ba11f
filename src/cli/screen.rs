//! Text for people on its way to standard output: without colour where nobody sees it, and through a pager where it is
//! longer than the screen.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use anstream::{AutoStream, ColorChoice};

use super::failure::plain;
use super::print::lines_on_screen;
use super::terminal::Terminal;

/// The pager where no variable names one: it ends at once when the text fits, and leaves it on the screen.
const USUAL_PAGER: &str = "less -FRX";
/// Lines of the screen that the pager's prompt and the shell's take.
const OTHER_LINES: usize = 2;

/// Where text for people goes. What is written shows at [`Screen::finish`], or before.
pub(super) struct Screen {
    direct: io::BufWriter<Uncoloured<AutoStream<io::StdoutLock<'static>>>>,
    /// What waits for its end, to see whether it is longer than the screen.
    held: Option<Vec<u8>>,
    terminal: Terminal,
    pager: Option<String>,
}

impl Screen {
    /// A screen on `terminal`; `pager` shows what does not fit on it.
    pub(super) fn new(terminal: Terminal, pager: Option<String>) -> Self {
        let has_escapes = terminal.has_colour || terminal.has_links;
        let choice = if has_escapes { ColorChoice::Always } else { ColorChoice::Never };
        let stream = AutoStream::new(io::stdout().lock(), choice);
        let direct = io::BufWriter::new(Uncoloured { inner: stream, is_needed: !terminal.has_colour, escape: vec![] });
        let is_held = pager.is_some() && terminal.lines.is_some();
        Self { direct, held: is_held.then(Vec::new), terminal, pager }
    }

    /// Whether what is written waits for its end.
    pub(super) fn is_holding(&self) -> bool {
        self.held.is_some()
    }

    /// Shows what was written, and waits for the reader of a pager.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let (Some(held), Some(pager), Some(lines)) = (self.held.take(), &self.pager, self.terminal.lines) {
            let text = String::from_utf8_lossy(&held);
            let taken = lines_on_screen(&text, self.terminal.columns.unwrap_or(usize::MAX));
            if taken + OTHER_LINES > lines && paged(pager, &held, self.terminal)? {
                return Ok(());
            }
            self.direct.write_all(&held).map_err(|error| of_standard_output(&error))?;
        }
        self.direct.flush().map_err(|error| of_standard_output(&error))
    }
}

/// `error` as one of standard output: its kind, and what it is about.
pub(super) fn of_standard_output(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write to standard output: {}", plain(error)))
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.held {
            Some(held) => held.write(bytes),
            None => self.direct.write(bytes).map_err(|error| of_standard_output(&error)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_some() { Ok(()) } else { self.direct.flush().map_err(|error| of_standard_output(&error)) }
    }
}

/// The name under which the pager that `search.toml` names is asked for, behind the variables.
pub(super) const USUAL: &str = "pager";

/// The pager that is wanted, by `SEARCH_PAGER`, then `PAGER`, then [`USUAL`], each of which counts as unset when it is set
/// to nothing; none where it is `cat`.
pub(super) fn pager_of(variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let set = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let named = ["SEARCH_PAGER", "PAGER", USUAL].into_iter().find_map(set);
    let named = named.unwrap_or_else(|| USUAL_PAGER.to_owned());
    (named != "cat").then_some(named)
}

/// The words of a command line as a shell takes them: blanks part them, but not within quotes or behind a backslash.
pub(super) fn words_of(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (vec![], None::<String>, None);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            (_, Some(open)) if character == open => quote = None,
            ('\'' | '"', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(characters.next()),
            (_, None) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// Shows `text` in a pager; false where there is no such program. That the reader left it early is no error.
fn paged(pager: &str, text: &[u8], terminal: Terminal) -> io::Result<bool> {
    let mut words = words_of(pager).into_iter();
    let Some(program) = words.next() else { return Ok(false) };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else { return Ok(false) };
    if let Some(pipe) = child.stdin.take() {
        let mut pipe = Uncoloured { inner: pipe, is_needed: !terminal.has_colour, escape: vec![] };
        match pipe.write_all(text) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    child.wait()?;
    Ok(true)
}

/// Drops what sets colours and leaves links. Text of pages holds no escapes: those that come are ours.
struct Uncoloured<W> {
    inner: W,
    is_needed: bool,
    /// The beginning of an escape sequence whose end has not come yet.
    escape: Vec<u8>,
}

impl<W: Write> Write for Uncoloured<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_needed {
            return self.inner.write(bytes);
        }
        let mut kept = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            let is_csi = self.escape.get(1) == Some(&b'[');
            match (self.escape.len(), byte) {
                (0, 0x1B) | (1, b'[') => self.escape.push(byte),
                (0, _) => kept.push(byte),
                (1, _) => {
                    kept.append(&mut self.escape);
                    kept.push(byte);
                }
                // A colour ends at its letter.
                _ if is_csi && byte.is_ascii_alphabetic() => self.escape.clear(),
                _ => self.escape.push(byte),
            }
        }
        self.inner.write_all(&kept)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_and_links_stay() {
        let text = "\u{1b}[1mtitle\u{1b}[0m \u{1b}]8;;https://a.example\u{1b}\\link\u{1b}]8;;\u{1b}\\ 重庆";
        let expected = "title \u{1b}]8;;https://a.example\u{1b}\\link\u{1b}]8;;\u{1b}\\ 重庆";
        for size in [1, 3, 7, 500] {
            let mut stream = Uncoloured { inner: Vec::new(), is_needed: true, escape: vec![] };
            text.as_bytes().chunks(size).for_each(|chunk| stream.write_all(chunk).expect("in memory"));
            assert_eq!(String::from_utf8_lossy(&stream.inner), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn words_of_a_command() {
        for (line, expected) in [
            ("less -FRX", vec!["less", "-FRX"]),
            (r#" pg  "a b" 'c "d'  "#, vec!["pg", "a b", "c \"d"]),
            (r#"/opt/my\ pager --x="1 2" """#, vec!["/opt/my pager", "--x=1 2", ""]),
            ("", vec![]),
        ] {
            assert_eq!(words_of(line), expected, "{line}");
        }
    }

    #[test]
    fn pagers() {
        for (name, variables, expected) in [
            ("none named", vec![], Some("less -FRX")),
            ("PAGER", vec![("PAGER", "more")], Some("more")),
            ("SEARCH_PAGER first", vec![("PAGER", "more"), ("SEARCH_PAGER", "most -s")], Some("most -s")),
            ("set to nothing", vec![("PAGER", "more"), ("SEARCH_PAGER", "")], Some("more")),
            ("all set to nothing", vec![("PAGER", ""), ("SEARCH_PAGER", " ")], Some("less -FRX")),
            ("cat is none", vec![("PAGER", "cat")], None),
        ] {
            let variable = |wanted: &str| {
                let own = variables.iter().find(|(name, _)| *name == wanted);
                own.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(pager_of(&variable).as_deref(), expected, "{name}");
        }
    }
}
