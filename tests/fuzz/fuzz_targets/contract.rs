#![no_main]

assay_fuzz::target!(contract);
