;; Exports the interface with functions of other types.
(component
  (core module $module (func (export "run")))
  (core instance $instance (instantiate $module))
  (func $run (canon lift (core func $instance "run")))
  (instance $interface
    (export "describe" (func $run))
    (export "validate" (func $run))
    (export "grade" (func $run)))
  (export "assay:grader/grading@0.1.0" (instance $interface)))
