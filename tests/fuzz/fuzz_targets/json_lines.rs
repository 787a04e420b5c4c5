#![no_main]

assay_fuzz::target!(json_lines);
