;; It gives up before anything is asked of it.
(func $start unreachable)
(start $start)
