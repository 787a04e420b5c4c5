"""Makes this example from the data set that scikit-learn ships: the split, the leaderboard, and a real model's predictions.

    python -m venv venv && venv/bin/pip install pandas==2.3.3 scikit-learn==1.9.1
    venv/bin/python examples/breast-cancer-wisconsin/make.py

It prints the thresholds that stand in competition.toml.
"""

from pathlib import Path

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

folder = Path(__file__).parent
data = load_breast_cancer(as_frame=True)
frame = data.data.rename(columns=lambda name: name.replace(" ", "_"))
frame.insert(0, "id", [f"sample_{row:03}" for row in range(len(frame))])
# The data set's 0 is malignant; a screening test predicts the malignant ones.
frame["malignant"] = 1 - data.target
train, test = train_test_split(frame, test_size=200, random_state=0, stratify=frame["malignant"])
features = [name for name in frame.columns if name not in ("id", "malignant")]

# A leaderboard of twenty "teams": scikit-learn's classifiers.
models = [
    DummyClassifier(),
    BernoulliNB(),
    ExtraTreeClassifier(random_state=0),
    DecisionTreeClassifier(random_state=0),
    DecisionTreeClassifier(max_depth=2, random_state=0),
    KNeighborsClassifier(1),
    KNeighborsClassifier(5),
    GaussianNB(),
    QuadraticDiscriminantAnalysis(reg_param=0.1),
    LinearDiscriminantAnalysis(),
    BaggingClassifier(random_state=0),
    AdaBoostClassifier(random_state=0),
    RandomForestClassifier(random_state=0),
    ExtraTreesClassifier(random_state=0),
    GradientBoostingClassifier(random_state=0),
    HistGradientBoostingClassifier(random_state=0),
    GaussianProcessClassifier(random_state=0),
    MLPClassifier(max_iter=2000, random_state=0),
    SVC(random_state=0),
    LogisticRegression(C=0.01),
]


def scores_of(model):
    pipeline = make_pipeline(StandardScaler(), model).fit(train[features], train["malignant"])
    if hasattr(pipeline, "decision_function"):
        return pipeline.decision_function(test[features])
    return pipeline.predict_proba(test[features])[:, 1]


leaderboard = sorted((roc_auc_score(test["malignant"], scores_of(model)) for model in models), reverse=True)
teams = len(leaderboard)
print(f"teams = {teams}")
for medal, share in ("gold", 0.1), ("silver", 0.2), ("bronze", 0.4):
    print(f"{medal} = {leaderboard[max(1, int(share * teams)) - 1]:.5f}")
print(f"median = {pd.Series(leaderboard).median():.5f}")

for part in "public", "private":
    (folder / "prepared" / part).mkdir(parents=True, exist_ok=True)
train.to_csv(folder / "prepared/public/train.csv", index=False)
test.drop(columns="malignant").to_csv(folder / "prepared/public/test.csv", index=False)
test[["id"]].assign(malignant=0.5).to_csv(folder / "prepared/public/sample_submission.csv", index=False)
test[["id", "malignant"]].to_csv(folder / "prepared/private/answers.csv", index=False)

model = make_pipeline(StandardScaler(), LogisticRegression()).fit(train[features], train["malignant"])
predictions = test[["id"]].assign(malignant=model.predict_proba(test[features])[:, 1])
predictions.to_csv(folder / "logistic-regression.csv", index=False)
print(f"logistic regression: {roc_auc_score(test['malignant'], predictions['malignant'])!r}")
