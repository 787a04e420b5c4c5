;; It is a core module.
(module
  (memory (export "memory") 1))
