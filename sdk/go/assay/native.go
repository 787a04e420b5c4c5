//go:build !wasm

package assay

// Export does nothing where tests run: there is no host.
func Export(Grader) {}
