//! Machine code that the program carries, made when it was built, so that its own graders are never compiled where it runs.

use crate::baseline::Baseline;
use crate::machine_code::MachineCode;

/// The machine code of one of the program's own components.
#[derive(Clone, Copy)]
pub struct CarriedCode {
    /// SHA-256 of the component that it was made of, in hexadecimal.
    pub component: &'static str,
    /// What the engine runs.
    pub code: MachineCode<'static>,
}

/// All that a program carries, in the order of the components' digests.
#[derive(Clone, Copy, Default)]
pub struct Carried(&'static [CarriedCode]);

impl Carried {
    /// What a program carries, if the processor at hand can run it: else nothing, and components are compiled where they are needed.
    #[must_use]
    pub fn new(all: &'static [CarriedCode]) -> Self {
        if Baseline::runs_here() { Carried(all) } else { Carried(&[]) }
    }

    /// The machine code of the component of this digest.
    #[must_use]
    pub fn of(self, digest: &str) -> Option<MachineCode<'static>> {
        let index = self.0.binary_search_by(|carried| carried.component.cmp(digest)).ok()?;
        self.0.get(index).map(|carried| carried.code)
    }
}

impl std::fmt::Debug for Carried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|carried| carried.component)).finish()
    }
}
