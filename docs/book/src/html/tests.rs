//! A small book with every fault in it.

use super::*;

fn offences(pages: &[(&str, &str)]) -> Vec<String> {
    let folder = std::env::temp_dir().join(format!("incs-book-{}-{}", std::process::id(), pages.len()));
    for (name, text) in pages {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    let finding = check(&folder);
    fs::remove_dir_all(&folder).unwrap();
    finding.unwrap().offences
}

#[test]
fn links_to_pages_headings_and_files_that_are_there_are_fine() {
    let index = "<h1 id=top>A</h1><a href=\"deep/b.html#b\">b</a><a href='#top'>a</a><img src=deep/p.png>\
                 <a href=\"https://example.com/\">elsewhere</a><script>'<a href=\"no.html\">'</script>";
    let deep = "<h2 id=\"b\">B</h2><a href=../index.html#top>up</a>";
    assert_eq!(offences(&[("index.html", index), ("deep/b.html", deep), ("deep/p.png", "")]), Vec::<String>::new());
}

#[test]
fn what_leads_nowhere_or_asks_another_host_is_named() {
    let index = "<a href=\"gone.html\">x</a><a href=\"#none\">x</a><img src=p.png><script src=\"https://example.com/a.js\"></script>";
    assert_eq!(
        offences(&[("index.html", index), ("a.css", "@import \"https://example.com/f.css\";")]),
        [
            "a.css: asks another host",
            "index.html: p.png does not exist",
            "index.html: asks another host: https://example.com/a.js",
            "index.html: gone.html does not exist",
            "index.html: #none has no such heading",
        ]
    );
}
