"""Cross-validated trees: engineer by hand, boosted trees, five kf."""
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

RANDOM_STATE = 7
N_SPLITS = 5


def read_data(path):
    tr_df = pd.read_csv(f"{path}/train.csv")
    te_df = pd.read_csv(f"{path}/test.csv")
    return tr_df, te_df


def engineer(data):
    df = data.copy()
    # Cabins are written as deck/number/side.
    parts = df["Cabin"].fillna("?/0/?").str.split("/", expand=True)
    df["deck"], df["number"], df["side"] = parts[0], parts[1].astype(float), parts[2]
    money = ["RoomService", "FoodCourt", "ShoppingMall", "Spa", "VRDeck"]
    df["total"] = df[money].sum(axis=1)
    df["nothing"] = (df["total"] == 0).astype(int)
    for c in money:
        df[c + "_share"] = df[c] / (df["total"] + 1)
    df["group"] = df["PassengerId"].str.slice(0, 4)
    counts = df.groupby("group")["PassengerId"].count()
    df["group_size"] = df["group"].map(counts)
    for c in ["deck", "side", "HomePlanet", "Destination"]:
        df[c] = df[c].astype("category").cat.codes
    return df.drop(columns=["PassengerId", "Cabin", "Name", "group"])


def cross_validate(x, y, te_df):
    kf = StratifiedKFold(n_splits=N_SPLITS, shuffle=True, random_state=RANDOM_STATE)
    oof = np.zeros(len(x))
    preds = np.zeros(len(te_df))
    for k, (tr, va) in enumerate(kf.split(x, y)):
        clf = HistGradientBoostingClassifier(max_iter=500, learning_rate=0.02, random_state=RANDOM_STATE + k)
        clf.fit(x.iloc[tr], y.iloc[tr])
        oof[va] = clf.predict_proba(x.iloc[va])[:, 1]
        preds += clf.predict_proba(te_df)[:, 1] / N_SPLITS
        print(f"fold {k}: {roc_auc_score(y.iloc[va], oof[va]):.4f}")
    print("all kf:", roc_auc_score(y, oof))
    return preds


if __name__ == "__main__":
    tr_df, te_df = read_data("/kaggle/input/spaceship-titanic")
    y = tr_df.pop("Transported").astype(int)
    p = cross_validate(engineer(tr_df), y, engineer(te_df))
    sub = pd.DataFrame({"PassengerId": te_df["PassengerId"], "Transported": p > 0.5})
    sub.to_csv("submission.csv", index=False)
