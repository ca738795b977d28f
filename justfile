# What CI runs.
check:
    ./test

# The inner loop.
fast:
    ./test fast

# Rewrites goldens and generated documentation.
update:
    UPDATE_GOLDEN=1 cargo test --test it

# Compares speed with the peers; see benches/README.md.
bench:
    cargo bench
