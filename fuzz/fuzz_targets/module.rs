#![no_main]
use emr_baseline::observe::Dialect;
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    emr_baseline_fuzz::file(bytes, Some(Dialect::Terraform));
});
