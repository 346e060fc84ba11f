//! Every format, packed in every way, and what a folder may hold beside pages: bad input costs itself alone and is named.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::workbench::{Workbench, corpus};

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *content).expect("in memory");
    }
    builder.into_inner().expect("in memory")
}

/// A zip archive; crawls are stored in it as they are, other files are packed.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let is_packed = !name.starts_with("archive/");
        let method = if is_packed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).expect("in memory");
        writer.write_all(content).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

/// [`zip`], written by one who cannot go back: lengths stand behind the content.
fn zip_in_one_go(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new_stream(Vec::new());
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).expect("in memory");
        writer.write_all(content).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

/// A text about an animal, long enough to be an article.
fn text(animal: &str) -> String {
    format!(
        "The {animal} is written about here, in a sentence that is long enough to be one of an article. Its keeper \
         explains what it eats and how much of it, and asks every guest to keep a distance from the {animal}."
    )
}

fn warc(animals: &[&str]) -> Vec<u8> {
    animals.iter().flat_map(|animal| record(animal)).collect()
}

fn record(animal: &str) -> Vec<u8> {
    let http = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><title>The {animal}</title><p>{}</p>",
        text(animal)
    );
    format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://zoo.example/{animal}\r\n\
         WARC-Date: 2024-03-01T12:30:05Z\r\nContent-Length: {}\r\n\r\n{http}\r\n\r\n",
        http.len()
    )
    .into_bytes()
}

/// A crawl as web crawlers pack it: its list of pages repeats them.
fn wacz(animals: &[&str]) -> Vec<u8> {
    let members: Vec<u8> = animals.iter().flat_map(|animal| gzipped(&record(animal))).collect();
    let row = json!({"url": "http://zoo.example/okapi", "title": "The okapi", "text": text("okapi")}).to_string();
    zip(&[
        ("archive/data.warc.gz", &members),
        ("indexes/index.cdx.gz", &gzipped(b"example,zoo)/okapi 20240301123005 {}")),
        ("pages/pages.jsonl", row.as_bytes()),
        ("datapackage.json", b"{\"profile\": \"data-package\"}"),
    ])
}

/// A file of each format about one animal.
fn formats(animal: &str) -> Vec<(&'static str, Vec<u8>)> {
    let row = json!({"link": format!("http://zoo.example/{animal}/row"), "title": format!("The {animal}"), "body": text(animal)});
    let table = format!("url,title,content\nhttp://zoo.example/{animal}/table,The {animal},\"{}\"\n", text(animal));
    vec![
        ("a.txt", format!("The {animal}\n\n{}\n", text(animal)).into_bytes()),
        ("a.html", format!("<html><title>The {animal}</title><p>{}</p>", text(animal)).into_bytes()),
        ("a.jsonl", format!("{row}\n").into_bytes()),
        ("a.json", json!([row]).to_string().into_bytes()),
        ("a.csv", table.into_bytes()),
        ("a.warc", warc(&[animal])),
        ("a.tar", archive(&[("b/c.txt", text(animal).as_bytes())])),
        ("a.zip", zip(&[("b/c.txt", text(animal).as_bytes()), ("b/._c.txt", b"shadow"), ("b/d.png", b"picture")])),
        ("a.wacz", wacz(&[animal])),
    ]
}

fn texts(rows: &[Value]) -> Vec<String> {
    let text = |row: &Value| row["text"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    rows.iter().map(text).collect()
}

#[test]
fn every_format_in_every_packing() {
    let workbench = Workbench::new();
    for (name, content) in formats("okapi") {
        workbench.write(&format!("corpus/{name}"), &content);
        workbench.write(&format!("corpus/{name}.gz"), &gzipped(&content));
        workbench.write(&format!("corpus/{name}.zst"), &zstd(&content));
    }
    workbench.write("corpus/b.tgz", &gzipped(&archive(&[("d.html.gz", &gzipped(&formats("okapi")[1].1))])));
    let run = workbench.search(&["extract", "--strict"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let rows = run.rows();
    assert_eq!(rows.len(), 28);
    for (row, text) in rows.iter().zip(texts(&rows)) {
        assert!(text.contains("explains what it eats"), "{row}");
    }
    let paths: Vec<_> = rows.iter().filter_map(|row| row["path"].as_str()).collect();
    assert!(paths.contains(&"corpus/a.tar.zst/b/c.txt") && paths.contains(&"corpus/b.tgz/d.html.gz"), "{paths:?}");
}

#[test]
fn a_name_that_lies_or_says_nothing() {
    let okapi = formats("okapi");
    let content =
        |name: &str| okapi.iter().find(|(own, _)| *own == name).map(|(_, content)| content.clone()).expect("a format");
    let workbench = Workbench::new();
    for (name, bytes) in [
        ("packed.warc", gzipped(&content("a.warc"))),
        ("plain.jsonl.gz", content("a.jsonl")),
        ("array.jsonl", content("a.json")),
        ("lines.json", content("a.jsonl")),
        ("crawl", gzipped(&content("a.warc"))),
        ("saved-page", [b"<!DOCTYPE html>\n".to_vec(), content("a.html")].concat()),
    ] {
        workbench.write(&format!("corpus/{name}"), &bytes);
    }
    workbench.write("corpus/LICENSE", b"A text of no page");
    let run = workbench.search(&["index", "--strict"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("1 file of other formats"), "{}", run.stderr);
    assert_eq!(workbench.search(&["extract"]).rows().len(), 6);
    workbench.write("dump.bin", &content("a.csv"));
    let run = workbench.search(&["extract", "dump.bin", "--strict"]);
    assert!(run.code == 4 && run.stderr.contains("--format"), "{}", run.stderr);
    assert_eq!(workbench.search(&["extract", "dump.bin", "--format", "csv"]).rows().len(), 1);
}

#[test]
fn standard_input_and_its_format() {
    let workbench = Workbench::new();
    for (name, content) in formats("okapi") {
        let format = match name {
            "a.txt" => "text",
            name => &name[2..],
        };
        let run = workbench.search_with_input(&["extract", "--format", format, "-"], &zstd(&content));
        assert_eq!((run.code, run.rows().len()), (0, 1), "{format}: {}", run.stderr);
        assert!(run.rows()[0]["path"].as_str().is_some_and(|path| path.starts_with('-')), "{format}");
    }
    let run = workbench.search_with_input(&["index", "--format", "jsonl", "-"], &formats("quagga")[2].1);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(workbench.search(&["quagga"]).code, 0);
    let unnamed = workbench.search(&["index", "-"]);
    assert!(unnamed.code == 2 && unnamed.stderr.contains("try: ... | search index --format"), "{}", unnamed.stderr);
    let wrong = workbench.search(&["index", "--format", "pdf", "-"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("there are text, html, jsonl"), "{}", wrong.stderr);
}

#[test]
fn fields_are_mapped() {
    let row = json!({"meta": {"where": "http://zoo.example/1"}, "payload": text("okapi"), "kopf": "The okapi", "text": "Read more"});
    let workbench = Workbench::with_files(&[("feed.jsonl", row.to_string().as_bytes())]);
    let map = "url=meta.where,text=payload,title=kopf";
    let rows = workbench.search(&["extract", "--map", map, "feed.jsonl"]).rows();
    assert_eq!((&rows[0]["url"], &rows[0]["title"]), (&json!("http://zoo.example/1"), &json!("The okapi")));
    assert!(texts(&rows)[0].contains("what it eats"));
    assert_eq!(workbench.search(&["index", "feed.jsonl", "--map", map]).code, 0);
    assert_eq!(workbench.search(&["okapi"]).code, 0);
    for (map, named) in
        [("body=payload", "there are url, title, text, html, id, date, captured"), ("payload", "write field=name")]
    {
        let run = workbench.search(&["index", "feed.jsonl", "--map", map]);
        assert!(run.code == 2 && run.stderr.contains(named), "{map}: {}", run.stderr);
    }
}

#[test]
fn an_export_is_read_back_as_it_was() {
    let workbench = Workbench::new();
    workbench.copy(&corpus(), "corpus");
    assert_eq!(workbench.search(&["index", "-q"]).code, 0);
    let first = workbench.search(&["export"]);
    workbench.write("rows/export.jsonl", first.stdout.as_bytes());
    let run = workbench.search(&["index", "-i", "again", "rows"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let comparable = |rows: Vec<Value>| {
        let mut rows: Vec<String> = rows
            .into_iter()
            .map(|row| ["url", "key", "title", "date", "lang", "text"].map(|name| row[name].to_string()).join("\n"))
            .collect();
        rows.sort();
        rows
    };
    let again = workbench.search(&["-i", "again", "export"]).rows();
    for (before, after) in comparable(first.rows()).into_iter().zip(comparable(again)) {
        assert_eq!(after, before);
    }
    let report = workbench.search(&["index", "-i", "again", "rows"]);
    assert!(report.stderr.contains("0 new, 0 changed"), "{}", report.stderr);
}

#[test]
fn two_broken_members_in_a_crawl() {
    let animals = ["okapi", "quagga", "zebra", "tapir", "ibex", "lynx"];
    let mut members: Vec<Vec<u8>> = animals.iter().map(|animal| gzipped(&record(animal))).collect();
    let lengths: Vec<usize> = members.iter().map(Vec::len).collect();
    let half = members[1].len() / 2;
    members[1].truncate(half);
    let middle = members[3].len() / 2;
    members[3][middle..middle + 8].fill(0xFF);
    let cut = [gzipped(&record("okapi")), gzipped(&record("quagga"))[..40].to_vec()].concat();
    let workbench = Workbench::with_files(&[("cut.warc.gz", &cut), ("corpus/crawl.warc.gz", &members.concat())]);
    let run = workbench.search(&["extract", "--strict", "cut.warc.gz"]);
    assert_eq!((run.code, run.rows().len()), (4, 1), "what is whole before a cut is kept: {}", run.stderr);
    let run = workbench.search(&["extract", "--strict"]);
    assert_eq!(run.code, 4);
    let mut found: Vec<String> = run.rows().iter().filter_map(|row| row["url"].as_str().map(str::to_owned)).collect();
    found.sort();
    let expected = ["ibex", "lynx", "okapi", "zebra"].map(|animal| format!("http://zoo.example/{animal}"));
    assert_eq!(found, expected);
    for at in [lengths[0], lengths[0] + half + lengths[2]] {
        assert!(run.stderr.contains(&format!("gzip member at byte {at} is broken")), "{at}: {}", run.stderr);
    }
}

#[test]
fn bad_rows_and_members_cost_themselves_alone() {
    let good = json!({"text": text("okapi")}).to_string();
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(9 << 20));
    let lines = [good.as_str(), "{\"text\": \"oops", &long, "\0\0\0", &good, "[1]", &good].join("\n");
    let inner = gzipped(&archive(&[("a.txt", text("okapi").as_bytes())]));
    let whole = gzipped(text("okapi").as_bytes());
    let workbench = Workbench::with_files(&[
        ("corpus/lines.jsonl", lines.as_bytes()),
        ("corpus/table.csv", format!("url,text\n1,\"{t}\"\n2\n3,\"{t}\"\n", t = text("tapir")).as_bytes()),
        (
            "corpus/nested.tar",
            &archive(&[("a.tgz", &inner), ("b.txt", text("quagga").as_bytes()), ("c.txt.gz", &gzipped(&whole))]),
        ),
        ("corpus/twice.html.gz", &gzipped(&whole)),
        ("corpus/cut.txt.gz", &whole[..whole.len() - 9]),
        ("corpus/picture.jsonl", b"\x89PNG\r\n\x1a\n\n\n\n"),
        ("corpus/excel.csv", b"\xFF\xFEu\0r\0l\0"),
        ("corpus/bomb.txt.gz", &gzipped(&vec![b' '; 40 << 20])),
        ("corpus/bomb.jsonl.zst", &zstd(&vec![b' '; 40 << 20])),
        ("corpus/empty.warc", b""),
    ]);
    let run = workbench.search(&["extract", "--strict"]);
    assert_eq!(run.code, 4);
    for named in [
        "lines.jsonl#2",
        "lines.jsonl#3",
        "lines.jsonl#4",
        "lines.jsonl#6",
        "table.csv#3",
        "nested.tar/a.tgz",
        "nested.tar/c.txt.gz",
        "twice.html.gz",
        "compressed twice",
        "cut.txt.gz",
        "looks like PNG",
        "excel.csv",
        "UTF-16",
        "bomb.jsonl.zst",
        "decompression bomb",
        "empty.warc",
    ] {
        assert!(run.stderr.contains(named), "{named}: {}", run.stderr);
    }
    let ok = run.rows().into_iter().filter(|row| row["status"] == "ok");
    let ok: Vec<String> = ok.map(|row| format!("{}#{}", row["path"], row["record"]).replace('"', "")).collect();
    let expected =
        ["lines.jsonl#1", "lines.jsonl#5", "lines.jsonl#7", "nested.tar/b.txt#null", "table.csv#2", "table.csv#4"];
    assert_eq!(ok, expected.map(|name| format!("corpus/{name}")), "{}", run.stderr);
}

#[test]
fn a_crawl_in_a_zip_archive_is_read_as_far_as_it_goes() {
    let whole = wacz(&["okapi", "quagga", "tapir"]);
    let record = whole.windows(4).position(|four| four == b"\x1F\x8B\x08\x00").expect("a gzip member");
    let mut damaged = whole.clone();
    damaged[record + 30] ^= 0xFF;
    let in_one_go = zip_in_one_go(&[("a.html", formats("ibex")[1].1.as_slice())]);
    // The directory is missing, and the last two records with it.
    let cut = record + gzipped(&self::record("okapi")).len() + 40;
    let bomb = vec![b' '; 40 << 20];
    let workbench = Workbench::with_files(&[
        ("corpus/cut.wacz", &whole[..cut]),
        ("corpus/damaged.wacz", &damaged),
        ("corpus/in-one-go.zip", &in_one_go),
        ("corpus/no.wacz", b"no archive at all"),
        ("corpus/nested.zip", &zip(&[("a.tar", &archive(&[("b.txt", b"b")])), ("c.wacz", &whole)])),
        ("corpus/bomb.zip", &zip(&[("a.jsonl", &bomb), ("b.txt", text("lynx").as_bytes())])),
        ("corpus/empty.zip", &zip(&[])),
    ]);
    let run = workbench.search(&["extract", "--strict"]);
    assert_eq!(run.code, 4);
    let ok = run.rows().into_iter().filter(|row| row["status"] == "ok");
    let named = |row: Value| format!("{} {}", row["path"].as_str().unwrap_or("-"), row["url"].as_str().unwrap_or("-"));
    let crawl = |name: &str, animal: &str| format!("corpus/{name}/archive/data.warc.gz http://zoo.example/{animal}");
    let mut expected = vec![crawl("cut.wacz", "okapi")];
    expected.extend(["quagga", "tapir"].map(|animal| crawl("damaged.wacz", animal)));
    expected.push("corpus/in-one-go.zip/a.html -".to_owned());
    assert_eq!(ok.map(named).collect::<Vec<_>>(), expected, "{}", run.stderr);
    for said in [
        "cut.wacz  ",
        "its directory cannot be read",
        "damaged.wacz/archive/data.warc.gz",
        "archive/data.warc.gz: Invalid checksum; read as it is",
        "no.wacz",
        "no zip archive",
        "nested.zip/a.tar",
        "nested.zip/c.wacz",
        "decompression bomb",
    ] {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    let piped = workbench.search_with_input(&["extract", "--format", "wacz", "-"], &whole);
    assert_eq!((piped.code, piped.rows().len()), (0, 3), "{}", piped.stderr);
    let refused = workbench.search_with_input(&["extract", "--format", "zip", "--strict", "-"], &in_one_go);
    assert!(refused.code == 4 && refused.stderr.contains("needs the whole archive"), "{}", refused.stderr);
}

/// A hundred names for one file, as an archive has that unpacks to a hundred times what is in it.
fn overlapping() -> Vec<u8> {
    let one = zip(&[("00.txt", text("okapi").as_bytes())]);
    let at = |magic: &[u8]| one.windows(4).position(|four| four == magic).expect("a header");
    let (directory, end) = (at(b"PK\x01\x02"), at(b"PK\x05\x06"));
    let entries = (0..100_u8).flat_map(|number| {
        let mut entry = one[directory..end].to_vec();
        entry[46..48].copy_from_slice(format!("{number:02}").as_bytes());
        entry
    });
    let mut bytes: Vec<u8> = one[..directory].iter().copied().chain(entries).collect();
    let size = u32::try_from(bytes.len() - directory).expect("short");
    bytes.extend_from_slice(&one[end..]);
    let end = bytes.len() - 22;
    bytes[end + 8..end + 12].copy_from_slice(&[100, 0, 100, 0]);
    bytes[end + 12..end + 16].copy_from_slice(&size.to_le_bytes());
    bytes
}

#[test]
fn an_archive_whose_files_overlap_is_refused() {
    let mut gbk = zip(&[("zzzz.txt", text("okapi").as_bytes())]);
    for at in 0..gbk.len() - 4 {
        if &gbk[at..at + 4] == b"zzzz" {
            gbk[at..at + 4].copy_from_slice(b"\xD2\xBD\xB1\xA3");
        }
    }
    let workbench = Workbench::with_files(&[("corpus/bomb.zip", &overlapping()), ("corpus/gbk.zip", &gbk)]);
    let run = workbench.search(&["extract", "--strict"]);
    assert!(run.code == 4 && run.stderr.contains("bomb.zip") && run.stderr.contains("overlap"), "{}", run.stderr);
    let paths: Vec<_> = run.rows().iter().map(|row| row["path"].clone()).collect();
    assert_eq!(paths, ["corpus/gbk.zip/医保.txt"], "{}", run.stderr);
}

#[test]
fn a_flood_of_bad_rows_is_counted() {
    let workbench = Workbench::with_files(&[("corpus/bad.jsonl", "x\n".repeat(5000).as_bytes())]);
    let run = workbench.search(&["index", "--strict"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("1,001 inputs skipped"), "{}", run.stderr);
}

#[cfg(unix)]
mod unix {
    use super::{Path, Workbench, fs, text};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    fn fifo(path: &Path) {
        let status = Command::new("mkfifo").arg(path).status().expect("mkfifo");
        assert!(status.success());
    }

    #[test]
    fn what_is_no_regular_file_is_named_and_never_waited_for() {
        let workbench = Workbench::with_files(&[
            ("corpus/a.txt", text("okapi").as_bytes()),
            ("elsewhere/b.txt", text("quagga").as_bytes()),
            ("corpus/empty.txt", b""),
        ]);
        let corpus = workbench.path().join("corpus");
        fifo(&corpus.join("fifo.jsonl"));
        fifo(&corpus.join("fifo"));
        symlink("/dev/zero", corpus.join("zero.txt")).expect("a link");
        symlink("../corpus", corpus.join("loop")).expect("a link");
        symlink("self.txt", corpus.join("self.txt")).expect("a link");
        symlink("../elsewhere/b.txt", corpus.join("link.txt")).expect("a link");
        let run = workbench.search(&["index"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        for named in ["fifo.jsonl", "zero.txt", "corpus/loop", "self.txt", "link.txt", "empty.txt", "6 inputs skipped"]
        {
            assert!(run.stderr.contains(named), "{named}: {}", run.stderr);
        }
        assert_eq!((workbench.search(&["okapi"]).code, workbench.search(&["quagga"]).code), (0, 1));
        let named = workbench.search(&["index", "-i", "other", "corpus/link.txt", "corpus/zero.txt"]);
        assert!(named.code == 2 && named.stderr.contains("zero.txt: not a regular file"), "{}", named.stderr);
        assert_eq!(workbench.search(&["index", "-i", "other", "corpus/link.txt"]).code, 0);
        assert_eq!(workbench.search(&["-i", "other", "quagga"]).code, 0, "a link that is named is followed");
    }

    #[test]
    fn names_that_are_no_utf_8_stay_apart() {
        let workbench = Workbench::with_files(&[("corpus/a.txt", text("okapi").as_bytes())]);
        for (byte, animal) in [(0xFE_u8, "quagga"), (0xFF, "tapir")] {
            let name = [b"b".as_slice(), &[byte], b".txt"].concat();
            // Some file systems refuse such names.
            if fs::write(workbench.path().join("corpus").join(OsStr::from_bytes(&name)), text(animal)).is_err() {
                return;
            }
        }
        let run = workbench.search(&["index", "--strict"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let rows = workbench.search(&["-j", "tapir"]).rows();
        assert_eq!(rows[0]["path"], "corpus/b\\xFF.txt");
        assert_eq!(workbench.search(&["quagga"]).code, 0);
    }

    #[test]
    fn a_pipe_in_the_place_of_a_file_is_refused() {
        let workbench = Workbench::with_files(&[("corpus/a.txt", text("okapi").as_bytes())]);
        let corpus = workbench.path().join("corpus");
        let sources = article_search::Sources::at(std::slice::from_ref(&corpus)).expect("the folder");
        for place in [fifo as fn(&Path), |path| symlink("/dev/zero", path).expect("a link")] {
            fs::remove_file(corpus.join("a.txt")).expect("removed");
            place(&corpus.join("a.txt"));
            let mut pages = Vec::new();
            sources.files[0].for_each_page(&mut |page| pages.push(page));
            assert!(matches!(pages.as_slice(), [Err(_)]), "{pages:?}");
        }
    }

    #[test]
    fn a_feed_that_grows_while_it_is_read_is_told() {
        use std::io::Write;
        let row = serde_json::json!({"text": text("okapi")}).to_string();
        let workbench = Workbench::with_files(&[("corpus/feed.jsonl", format!("{row}\n{row}\n").as_bytes())]);
        let file = workbench.path().join("corpus/feed.jsonl");
        let sources = article_search::Sources::at(&[workbench.path().join("corpus")]).expect("the folder");
        let mut outcomes = Vec::new();
        sources.files[0].for_each_page(&mut |page| {
            let mut grown = fs::OpenOptions::new().append(true).open(&file).expect("the feed");
            writeln!(grown, "{row}").expect("written");
            outcomes.push(page.map_err(|skipped| skipped.reason));
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2, "what it held at first");
        assert!(
            outcomes.last().is_some_and(|last| last.as_ref().is_err_and(|reason| reason.contains("changed while")))
        );
    }
}
