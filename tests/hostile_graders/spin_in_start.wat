;; It never ends before anything is asked of it.
(start $spin)
