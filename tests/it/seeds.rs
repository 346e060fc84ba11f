//! The real pages that this program was first made for; they are not part of the project.

use std::fs;

use serde_json::Value;

use crate::workbench::{Workbench, evaluation_data};

#[test]
fn the_first_real_pages_come_out_right() {
    let Some(data) = evaluation_data() else { return };
    let workbench = Workbench::new();
    workbench.copy(&data.join("seeds"), "pages");
    let rows = workbench.search(&["extract", "pages"]).rows();
    let truth = fs::read_to_string(data.join("bench/pages/seeds_truth.jsonl")).expect("the truth");
    for line in truth.lines() {
        let truth: Value = serde_json::from_str(line).expect("JSON");
        let name = truth["path"].as_str().expect("a path");
        let row = rows.iter().find(|row| row["path"].as_str().is_some_and(|path| path.ends_with(name))).expect(name);
        let body: Vec<&Value> = truth["body"].as_array().expect("a list").iter().collect();
        let neutral = truth["neutral"].as_array().expect("a list");
        let text: Vec<&Value> =
            row["text"].as_array().expect("a list").iter().filter(|line| !neutral.contains(line)).collect();
        assert_eq!(text, body, "{name}: exactly the article");
        assert_eq!(row["title"], truth["title"]);
        assert_eq!(row["city"][0]["adcode"], truth["adcode"]);
        assert_eq!(row["clinic"][0], truth["clinic"]);
        assert_eq!(row["topics"][0], truth["topic_main"]);
        assert_eq!(row["verdict"], truth["verdict"], "{name}");
    }
}

#[test]
fn the_first_real_question_is_answered() {
    let Some(data) = evaluation_data() else { return };
    let workbench = Workbench::new();
    workbench.copy(&data.join("seeds"), "pages");
    assert_eq!(workbench.search(&["index", "pages", "-q"]).code, 0);
    let truth = fs::read_to_string(data.join("bench/pages/seeds_truth.jsonl")).expect("the truth");
    let chongqing: Value = truth
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .find(|page: &Value| page["city"] == "Chongqing")
        .expect("the page");
    for query in ["Chongqing medical insurance beauty", "重庆 医保 美容"] {
        let hits = workbench.search(&["-j", query]).rows();
        assert_eq!(hits[0]["title"], chongqing["title"], "{query}");
    }
    let hits = workbench.search(&["-j", "Chongqing medical insurance beauty"]).rows();
    let shown = hits[0]["answer"]["text"].as_str().expect("an answer");
    assert!(shown.contains("insurance") && !shown.ends_with('?'), "{shown}");
    for boilerplate in ["Aili Gang", "storage space services", "Ailibang"] {
        let run = workbench.search(&[&format!("\"{boilerplate}\"")]);
        assert_eq!(run.code, 1, "{boilerplate} finds nothing: {}", run.stdout);
    }
}
