//! Machine code that somebody vouches for.

/// The machine code of a component, made by this engine with [these settings](crate::config) from a component that is trusted.
#[derive(Clone, Copy)]
pub struct MachineCode<'a>(&'a [u8]);

impl<'a> MachineCode<'a> {
    /// Vouches for machine code.
    ///
    /// # Safety
    ///
    /// The bytes are what [`Baseline::compile`](crate::Baseline::compile) gave, unchanged: the engine runs them as they are.
    #[must_use]
    #[expect(
        unsafe_code,
        reason = "what the engine would run is vouched for here, so that nothing else need be unsafe"
    )]
    pub const unsafe fn vouched_for(bytes: &'a [u8]) -> Self {
        MachineCode(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }
}
