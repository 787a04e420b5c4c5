;; It declares a memory beside the one that every grader has, and what it says of itself lands in the wrong one.
(memory $beside 1)
