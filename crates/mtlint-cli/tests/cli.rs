//! The command line as a user sees it, as cases in `tests/cmd`. No case here
//! needs a model.

#[test]
fn cases() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}
