;; Declares a second memory, to have twice as much.
(memory $second 1)
