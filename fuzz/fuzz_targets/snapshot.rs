#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    emr_baseline_fuzz::snapshot(bytes);
});
