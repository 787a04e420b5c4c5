;; Keeps a version of the contract that is not there yet.
(component
  (core module $module (func (export "run")))
  (core instance $instance (instantiate $module))
  (func $run (canon lift (core func $instance "run")))
  (instance $interface (export "grade" (func $run)))
  (export "assay:grader/grading@9.9.9" (instance $interface)))
