"""python3 -m unittest"""

import unittest

import grader
from assay import Options, Table

OPTIONS = Options({"target": "y"})


class MeanAbsoluteError(unittest.TestCase):
    def test_known_value(self):
        # By hand: (1 + 0 + 3) / 3; the last row has no answer.
        score = grader.grade(Table({"y": [2.0, 2.0, 0.0, 9.0]}), Table({"y": [1.0, 2.0, 3.0, None]}), OPTIONS)
        self.assertEqual(score.value, 4 / 3)
        self.assertEqual(score.details, {"largest error": 3.0})

    def test_a_missing_prediction_is_refused(self):
        (refusal,) = grader.validate(Table({"y": [1.0, None]}), OPTIONS)
        self.assertEqual((refusal.row, refusal.column), (1, "y"))


if __name__ == "__main__":
    unittest.main()
