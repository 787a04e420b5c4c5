;; It declares a memory beside the one that every grader has.
(memory $beside 1)
