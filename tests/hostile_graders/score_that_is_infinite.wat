;; `grade` gives an infinite score.
(func (export "#grade") (type $grade)
  (call $score (f64.const inf)))
