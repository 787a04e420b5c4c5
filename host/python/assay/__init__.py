"""Grades submissions to machine-learning competitions with sandboxed WebAssembly graders.

>>> import assay
>>> report = assay.grade("logistic-regression.csv", "breast-cancer-wisconsin", data_dir=".", competitions=".")
>>> report
Report('breast-cancer-wisconsin', score=0.98997, medal='bronze')
"""

from assay._assay import Assay, Entry
from assay._competition import Competition
from assay._errors import AssayError, CallError, GradingError, HostError, SubmissionError
from assay._functions import competitions, grade, grade_many, graders, validate
from assay._grader import Grader, Option
from assay._native import __version__
from assay._report import BatchReport, Operator, Report, UseLog, Validation
from assay._setting import ArrowTable, Data, Workers

__all__ = [
    "ArrowTable",
    "Assay",
    "AssayError",
    "BatchReport",
    "CallError",
    "Competition",
    "Data",
    "Entry",
    "Grader",
    "GradingError",
    "HostError",
    "Operator",
    "Option",
    "Report",
    "SubmissionError",
    "UseLog",
    "Validation",
    "Workers",
    "__version__",
    "competitions",
    "grade",
    "grade_many",
    "graders",
    "validate",
]
