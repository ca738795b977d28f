//! "Did you mean": the known word nearest to an unknown one.

/// Help for an unknown word: the nearest known one, else all of them when they are few.
pub(super) fn help<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(word, known.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    match known.len() {
        0 => String::new(),
        1..=12 => {
            let words: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
            format!("known are {}", words.join(", "))
        }
        _ => "`emr-baseline controls` lists what is known".to_owned(),
    }
}

/// The known word that an unknown one was probably meant to be.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let normal = |word: &str| word.to_lowercase().replace('_', "-");
    let wanted = normal(word);
    known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(&wanted, &normal(known)), known))
        .filter(|(distance, known)| *distance <= known.len().max(3) / 3)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let known = ["disk-encryption", "s3-encryption", "kerberos"];
        assert_eq!(nearest("disk_encription", known), Some("disk-encryption"));
        assert_eq!(nearest("sparkles", known), None);
        assert_eq!(nearest("sse-kms", ["SSE-KMS", "SSE-S3"]), Some("SSE-KMS"));
    }
}
