;; Declares four GiB.
(memory (export "memory") 65536)
