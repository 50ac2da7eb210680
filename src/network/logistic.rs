//! From logits to probabilities and back.

/// The probability that has the logit `x`: 1 / (1 + e⁻ˣ).
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// The logit of a probability: −∞ for 0, +∞ for 1.
pub(crate) fn logit(probability: f32) -> f32 {
    (probability / (1.0 - probability)).ln()
}
